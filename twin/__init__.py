"""The twin itself: world, rules, alarms, sinks, API, roles and command line."""
