"""HTTP and WebSocket: the read model, the routes, the live hub and the generated contracts."""
