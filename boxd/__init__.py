"""boxd: the daemon inside a prize box."""

DISTRIBUTION = "boxd-prizebox"  # what pip calls it: on PyPI `boxd` is a stranger's
__version__ = "0.1.0"
