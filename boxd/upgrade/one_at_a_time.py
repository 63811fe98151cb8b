"""One installation at a time: two that switch releases at once would leave a mixture."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from boxd.errors import Refused
from boxd.upgrade.install_paths import InstallPaths

_FOR_ALL = 0o755


@contextmanager
def one_at_a_time(places: InstallPaths) -> Iterator[None]:
    """Keep everybody else from installing. Raises Refused if somebody does already."""
    places.home.mkdir(parents=True, exist_ok=True)
    places.home.chmod(_FOR_ALL)
    with places.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                "another upgrade of boxd is at work here, and this one has changed nothing: wait"
                " for its end (journalctl -fu boxd-upgrade), then type it again"
            ) from error
        yield
