"""The daemon: puts the parts together, starts them, keeps them running, and ends them in order."""

from boxd.daemon.lifetime import open_directly as open_directly
from boxd.daemon.lifetime import run as run
