"""Everything the twin keeps, in one PostGIS database (EPSG:4326). The only SQL of the project is here.

database    engine, transactions whose errors are ours          migrate     tables brought up to date
tables      a plant's records                                   histories   tracks, readings, journal, crossings, alarms
plants      a plant saved and loaded whole                      versions    what a save would make history forget
fences      one fence written as a new version                  announcements   hearing that records changed
tracks      chunks of fixes in, any span of time out            journal     crossings and alarms, kept for ever
readings    values in, trends and last values out               tiles       vector tiles
partitions  one per UTC day and history                         privileges  what each kind of account may do

Functions take a connection in a transaction of the caller's (`database.transaction`), so that several of them can be
one deed; they block, so asynchronous callers run them in a thread.
"""
