"""Edges to the outside: clock, MQTT, settings. They hold no rule."""
