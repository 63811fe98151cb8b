"""The box without the right time."""
