"""The collections of the OGC APIs: what each holds, and how a question chooses among it (pure)."""
