"""The demonstration plant's people, radio, sensors and weather, simulated from a seed."""
