"""The hub of a fleet: what all boxes of an event tell about themselves, on one screen."""
