"""Sending a batch of codes to the daemon in parts, and reading the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from boxd.cli import daemon
from boxd.cli.context import actor
from boxd.cli.files import csv_file
from boxd.cli.files.code_file import CodeRow
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.spinner import progress, waiting
from boxd.cli.tables import table
from boxd.errors import BoxdError

_ROWS_AT_ONCE = 500
# A hundred thousand codes in one transaction, on a Pi with a slow card.
_MADE_WITHIN_S = 600.0

Json = dict[str, Any]


@dataclass(frozen=True)
class CodeBatch:
    """A batch at the daemon, and its file."""

    id: str
    file: Path

    @property
    def _path(self) -> str:
        return f"/api/v1/code-batches/{self.id}"

    def shares(self) -> list[Json]:
        """How the codes are divided among the prizes. Raises BadInput with all faults."""
        with waiting("looking the codes through"):
            body = daemon.get(f"{self._path}/look")
        self._refuse(body)
        tell_near_twins(body)
        shares: list[Json] = body["shares"]
        return shares

    def make(self, file: Json | None = None) -> None:
        """Make all the codes. Raises BadInput with all faults.

        `file` is the digest of the file, where a second run of it would make new codes, and
        whether that is meant; Refused is raised if it is not.
        """
        asked = {"actor": actor(), "file": file}
        with waiting("making the codes"):
            self._refuse(daemon.post(f"{self._path}/make", asked, None, _MADE_WITHIN_S))

    def codes(self) -> Iterator[Json]:
        """The codes that were made, by line, with their digits."""
        after: int | None = 0
        while after is not None:
            body = daemon.get(f"{self._path}/codes", after=after, limit=_ROWS_AT_ONCE)
            yield from body["codes"]
            after = body["next"]

    def _refuse(self, body: Json) -> None:
        told = [_told(fault) for fault in body["faults"]]
        if told:
            csv_file.refuse(self.file, told, body["faults_in_all"])


@contextmanager
def staged(file: Path, rows: Sequence[CodeRow]) -> Iterator[CodeBatch]:
    """Stage the rows at the daemon until the block ends."""
    batch = CodeBatch(daemon.post("/api/v1/code-batches", {"actor": actor()})["batch"], file)
    path = f"/api/v1/code-batches/{batch.id}"
    try:
        with progress(f"sending {len(rows)} codes", len(rows)) as note:
            for begin in range(0, len(rows), _ROWS_AT_ONCE):
                part = rows[begin : begin + _ROWS_AT_ONCE]
                daemon.post(f"{path}/codes", {"codes": [asdict(row) for row in part]})
                note(len(part))
        yield batch
    finally:
        with suppress(BoxdError):  # the daemon drops it by itself, later
            daemon.post(f"{path}/drop", {"actor": actor()})


def show_shares(shares: Sequence[Json]) -> None:
    """Print what the codes take from the stock."""
    table(
        ("sku", "codes#", "on hand#", "then#"),
        [
            (s["sku"] or "drawn", s["codes"], s["on_hand"], s["on_hand"] - s["codes"])
            for s in shares
        ],
    )


def _told(fault: Json) -> str:
    return f"line {fault['line']}: {fault['why']}" if fault["line"] else str(fault["why"])
