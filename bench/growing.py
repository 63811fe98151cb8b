"""A box that has redeemed much: its memory, what it writes, its pace, and its way back."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import defaults, lives, resident, usage
from bench.attempting import attempt
from bench.box import Box
from bench.figures import Figure, kib, megabytes, mib, milliseconds, spread
from bench.progress import tell
from bench.redeeming import Hand, redeem_all
from bench.size import Size

DAY_S = 24 * 3600


@dataclass(frozen=True)
class Wrote:
    """Bytes written to disk: by the ledger's threads, the Temporal server, the simulated parts."""

    ledger: float
    server: float
    simulated: float

    @classmethod
    def so_far(cls, box: Box) -> Wrote:
        """Since the box was started."""
        everything = usage.written(box.pid)
        simulated = usage.written_by_main_thread(box.pid)
        return cls(everything - simulated, usage.written(box.server_pid), simulated)

    def since(self, before: Wrote, parts: float = 1) -> Wrote:
        """The difference, divided into `parts`."""
        return Wrote(
            (self.ledger - before.ledger) / parts,
            (self.server - before.server) / parts,
            (self.simulated - before.simulated) / parts,
        )


@dataclass(frozen=True)
class Grew:
    """What the first and the last of many redemptions took."""

    wrote: Wrote
    early: Stretch
    late: Stretch


@dataclass(frozen=True)
class Stretch:
    """Some redemptions one after the other: processor seconds of each, and Temporal's file then."""

    first: int
    last: int
    daemon_s: float
    server_s: float
    file_bytes: int


def figures(folder: Path, size: Size) -> Iterator[Figure]:
    """Everything about a box after `total` redemptions, beside a young one."""
    old, young = Box(folder / "old"), Box(folder / "young")
    try:
        old.start_and_wait()
        grew = _fill(old, size)
        yield from _cpu(grew)
        yield _file(grew)
        yield from resident.figures(old, size)
        yield from attempt("what is written", lambda: _disk(folder, old, grew.wrote, size))
        yield from attempt("growth", lambda: [_grown(old, young, size)])
        yield from attempt("kills of a young box", lambda: kills(young, size.calm, size))
        young.stop()
        yield from attempt("kills of an old box", lambda: kills(old, size.total, size))
    finally:
        old.close()
        young.close()


def _fill(box: Box, size: Size) -> Grew:
    """Redeem at both bays until there were `total` redemptions."""
    tell(f"{size.total} redemptions, at both bays")
    codes = box.issue_codes(size.total)
    warm, some = size.total // 20, min(100, size.total // 4)
    before = Wrote.so_far(box)
    redeem_at_both(box, codes[:warm])
    early = _stretch(box, codes, warm, warm + some)
    redeem_at_both(box, codes[warm + some : -some])
    late = _stretch(box, codes, size.total - some, size.total)
    return Grew(Wrote.so_far(box).since(before, len(codes)), early, late)


def _stretch(box: Box, codes: Sequence[str], first: int, last: int) -> Stretch:
    daemon, server = usage.cpu_s(box.pid), usage.cpu_s(box.server_pid)
    redeem_at_both(box, codes[first:last])
    count = last - first
    daemon_s, server_s = (
        (usage.cpu_s(box.pid) - daemon) / count,
        (usage.cpu_s(box.server_pid) - server) / count,
    )
    return Stretch(first + 1, last, daemon_s, server_s, _in_use(box))


def _in_use(box: Box) -> int:
    """Bytes of Temporal's file that hold something, with what is still in its log."""
    file = box.state / "temporal" / "temporal.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        pages, free, size = (
            int(database.execute(f"PRAGMA {what}").fetchone()[0])
            for what in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def redeem_at_both(box: Box, codes: Sequence[str]) -> None:
    """Redeem the codes, half of them at each bay."""
    halves = {"bay-1": codes[::2], "bay-2": codes[1::2]}
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(_redeem_at, box, bay, some) for bay, some in halves.items()]:
            done.result()


def _redeem_at(box: Box, bay: str, codes: Sequence[str]) -> None:
    hand = Hand(box, bay)
    try:
        for code in codes:
            hand.redeem(code, calm=False)
    finally:
        hand.close()


def _cpu(grew: Grew) -> Iterator[Figure]:
    early, late = grew.early, grew.late
    for what, before, after in (
        ("Temporal server", early.server_s, late.server_s),
        ("daemon", early.daemon_s, late.daemon_s),
    ):
        yield Figure(
            f"the {what}'s processor time for redemptions {late.first} to {late.last}, each",
            "within 1.1x of the early ones",
            f"{after / before:.2f}x: {after * 1000:.0f} ms",
            f"redemptions {early.first} to {early.last}: {before * 1000:.0f} ms",
            after / before <= 1.1,
        )


def _file(grew: Grew) -> Figure:
    return Figure(
        f"Temporal's file after {grew.late.last} redemptions",
        "",
        mib(grew.late.file_bytes),
        f"after {grew.early.last}: {mib(grew.early.file_bytes)}",
    )


def _disk(folder: Path, box: Box, wrote: Wrote, size: Size) -> Iterator[Figure]:
    beside = asyncio.run(_beside(folder / "defaults", box, size))
    total = beside.ours.ledger + beside.ours.server + beside.ours.simulated
    yield Figure(
        f"written to disk while idle, a day ({size.idle_s:.0f} s watched)",
        "under 50 MB",
        megabytes(total),
        f"Temporal's defaults: {megabytes(beside.idle)}",
        total < 50e6,
    )
    total = wrote.ledger + wrote.server
    yield Figure(
        "written to disk per redemption, ledger included",
        "at most 120 KiB at the device",
        f"{kib(total)} (ledger {kib(wrote.ledger)}, Temporal {kib(wrote.server)};"
        f" simulated parts {kib(wrote.simulated)} more)",
        f"Temporal's defaults: {kib(beside.per_redemption)}",
        None,
    )


@dataclass(frozen=True)
class Beside:
    """What Temporal's defaults write per redemption, and both while they are idle, a day."""

    per_redemption: float
    idle: float
    ours: Wrote


async def _beside(folder: Path, box: Box, size: Size) -> Beside:
    tell(f"what {size.ordinary} redemptions write on Temporal's defaults")
    async with defaults.serving(folder) as plain:
        await plain.redeem(3)
        before = plain.written()
        await plain.redeem(size.ordinary)
        per_redemption = (plain.written() - before) / size.ordinary
        tell(f"idle for {size.idle_s:.0f} s, both")
        await asyncio.sleep(size.settle_s)
        ours, theirs, began = Wrote.so_far(box), usage.written(plain.server_pid), time.monotonic()
        await asyncio.sleep(size.idle_s)
        days = (time.monotonic() - began) / DAY_S
        idle = (usage.written(plain.server_pid) - theirs) / days
        return Beside(per_redemption, idle, Wrote.so_far(box).since(ours, days))


def _grown(old: Box, young: Box, size: Size) -> Figure:
    """The old box's next redemptions beside a new one's, in the same minutes."""
    tell(f"redemption {size.total} beside the first {size.calm}")
    young.start_and_wait()
    codes = {box: box.issue_codes(size.calm) for box in (old, young)}
    with ThreadPoolExecutor(2) as both:
        pair = [both.submit(redeem_all, box, some) for box, some in codes.items()]
        late, early = (spread(done.result().verdict) for done in pair)
    ratio = late.p99 / early.p99
    return Figure(
        f"Enter → verdict at the {size.total}th redemption beside the {size.calm}th",
        "p99 within 1.2x",
        f"{ratio:.2f}x (p50 {late.p50 / early.p50:.2f}x): {milliseconds(late)}",
        f"in the same minutes, at a new box: {milliseconds(early)}",
        ratio <= 1.2,
    )


def kills(box: Box, redeemed: int, size: Size, where: str = "") -> Iterator[Figure]:
    """Kill a box that has `redeemed` so much in the last minutes: its server looks at them anew."""
    tell(f"kills after {redeemed} redemptions")
    codes = box.issue_codes(2 * size.kills)
    behind = f"{redeemed} redemptions in the last minutes"
    lamps = lives.lamps_after_kills(box, size.kills)
    yield _after_kills(f"SIGKILL of the daemon, {behind} → ready lamps{where}", lamps)
    for what, killed, some in (
        ("daemon", lives.daemon_killed, codes[: size.kills]),
        ("Temporal server", lives.server_killed, codes[size.kills :]),
    ):
        told = f"SIGKILL of the {what}, {behind} → a code typed at once gets its verdict{where}"
        yield _after_kills(told, killed(box, some))


def _after_kills(what: str, seconds: list[float]) -> Figure:
    return Figure(
        what,
        "within 1.5 s",
        f"{max(seconds):.2f} s (worst of {len(seconds)}, median"
        f" {statistics.median(seconds):.2f} s)",
        "",
        max(seconds) <= 1.5,
    )
