"""On a slow card: kills with much behind them, and tasks, one by one and fifty at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import tasks
from bench.box import Box
from bench.card.disk import slow_disk
from bench.card.redeeming import FLUSH_S
from bench.figures import Figure
from bench.growing import kills, redeem_at_both
from bench.progress import tell
from bench.size import Size

_WHERE = f", flush {FLUSH_S * 1000:.0f} ms"
_GOALS = tasks.Goals(_WHERE, 0.150, 2)


def after_kills(folder: Path, size: Size) -> Iterator[Figure]:
    """Daemon and server are killed after redemptions that are made at flush 0."""
    with slow_disk(folder) as disk:
        box = Box(disk.folder / "box", beside=folder)
        try:
            box.start_and_wait()
            tell(f"{size.behind_kills} redemptions, at both bays")
            redeem_at_both(box, box.issue_codes(size.behind_kills))
            disk.set_flush(FLUSH_S)
            yield from kills(box, size.behind_kills, size, _WHERE)
        finally:
            disk.set_flush(0)
            box.close()


def of_tasks(folder: Path, size: Size) -> Iterator[Figure]:
    """A code after an attendant's verdict."""
    with slow_disk(folder) as disk:
        disk.set_flush(FLUSH_S)
        yield from tasks.figures(disk.folder / "box", size.on_card, _GOALS)
