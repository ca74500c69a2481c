"""Many tags' range filters at once: compiled kernels over one row of numbers per tag."""
