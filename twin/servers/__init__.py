"""The private PostGIS cluster and MQTT broker that `twin up` starts under `var/`."""
