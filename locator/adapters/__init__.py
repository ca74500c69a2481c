"""Vendors' positioning engines: the bytes each of them sends → typed measurements, or the reason why not. Pure.

port        what every adapter is, and the checks all of them share
config      how a feed of an engine is described in the feeds file
engine_time readings of vendors' clocks                   superframe  time of engines that send only a counter
drtls leaps pozyx quuppa sewio openrtls                   one engine each
build       a described feed → its adapter
"""
