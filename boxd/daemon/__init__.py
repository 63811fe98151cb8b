"""The daemon: its parts put together, started, kept and ended in order."""

from boxd.daemon.lifetime import open_directly as open_directly
from boxd.daemon.lifetime import run as run
