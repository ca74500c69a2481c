"""The private PostGIS cluster and MQTT broker that one twin starts for itself, on loopback, and stops again."""
