"""The routes, a file a subject. They parse and answer; what is answered comes from the read models and the store."""
