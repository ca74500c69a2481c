"""The bus between roles: one port, an in-process and an MQTT implementation, one contract suite."""
