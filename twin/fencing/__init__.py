"""Making fences: what is wrong with one and where, what one would have raised, what came in a file."""
