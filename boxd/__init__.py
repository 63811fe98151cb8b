"""boxd: the daemon inside a prize box."""

__version__ = "0.1.0"
