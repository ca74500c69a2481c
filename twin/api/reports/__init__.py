"""Signed documents for investigations: what was asked, what the records say, a plan of the place, who vouches."""
