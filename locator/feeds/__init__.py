"""The wires that vendors' engines speak over, each with a bounded queue that the locator role empties (edges).

websocket   a client that subscribes            http_poll   a page asked again and again
http_push   a listener that engines post to     udp         a socket for datagrams
file        the feeds file                      build       a described connection → its feed

What every wire is stands in `gis.feed`.
"""
