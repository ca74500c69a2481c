"""The edges every role shares: the real clock, the MQTT inlet, settings from the environment, the log."""
