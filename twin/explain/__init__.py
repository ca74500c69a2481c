"""Why an alarm was raised, from what is stored, and whether the same inputs raise it again (pure)."""
