"""A feed that tells only that something changed: the page then asks for what it shows."""

from __future__ import annotations

from boxd.web.snapshot import SnapshotSource


class ChangeFeed:
    """The version of the box's snapshot, and nothing of it: a console may be on the network."""

    event = "change"

    def __init__(self, source: SnapshotSource) -> None:
        self._source = source

    def latest(self) -> tuple[int, str]:
        """The version, twice."""
        version = int(self._source.snapshot()["version"])
        return version, str(version)

    async def wait(self, version: int, timeout_s: float) -> None:
        """Return once the version differs from `version`, or after `timeout_s`."""
        await self._source.wait_for_change(version, timeout_s)
