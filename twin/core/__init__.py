"""The single writer: a pure step from world and event to world and effects."""
