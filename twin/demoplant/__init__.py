"""The demonstration plant as pure layout code; `data/demo-plant/` holds what it writes.

Every place is given in site metres (x east, y north) from the plant's origin.
"""
