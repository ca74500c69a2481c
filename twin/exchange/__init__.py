"""What leaves the twin for other people's programs: coordinate systems, filters, track files."""
