"""Sinks fold numbered effects: track and journal writer, outbound MQTT. They never answer back."""
