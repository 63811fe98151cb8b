"""The whole run: which phase comes after which, and the figures that each one yields."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import defaults, devices, lives, million, pages, tasks, upstream, usage
from bench.box import Box
from bench.figures import Figure, kib, megabytes, mib, milliseconds, spread
from bench.progress import tell
from bench.redeeming import Confirmed, Hand, Seen, redeem_all

DAY_S = 24 * 3600


@dataclass(frozen=True)
class Size:
    """How much is measured: `calm` redemptions one by one for the latencies, `total` in all."""

    calm: int
    total: int
    ordinary: int
    warm_starts: int
    kills: int
    settle_s: float  # what the last redemptions left to do: timers of a minute among it
    idle_s: float
    claims: int
    plugs: int
    tasks: int


FULL = Size(
    calm=120,
    total=1000,
    ordinary=100,
    warm_starts=5,
    kills=3,
    settle_s=75,
    idle_s=120,
    claims=1000,
    plugs=20,
    tasks=100,
)
QUICK = Size(
    calm=30,
    total=120,
    ordinary=20,
    warm_starts=1,
    kills=1,
    settle_s=5,
    idle_s=20,
    claims=200,
    plugs=5,
    tasks=20,
)


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


def measure(folder: Path, size: Size) -> list[Figure]:
    """Every figure, in the order of the table."""
    old, young = Box(folder / "old"), Box(folder / "young")
    try:
        starts = _starts(old, folder, size)
        spare = old.issue_codes(size.total + size.calm + 2 * size.kills)
        seen = _calm(old, spare, size)
        wear, memory = _fill(old, spare, size)
        ordinary = asyncio.run(_beside(folder / "defaults", old, size))
        grown = _grown(old, young, spare, size)
        few = _kills(young, young.issue_codes(2 * size.kills), size.calm, size)
        young.stop()
        kills = [*few, *_kills(old, spare, size.total, size)]
    finally:
        old.close()
        young.close()
    claimed = _claims(folder / "claims", size)
    return [
        *_latencies(seen, ordinary),
        *starts,
        *kills,
        memory,
        _idle_figure(ordinary, size),
        _wear_figure(wear, ordinary),
        grown,
        *claimed,
        *devices.figures(folder, size.plugs),
        *tasks.figures(folder / "tasks", size.tasks),
        *pages.figures(folder / "pages", size.tasks),
        *upstream.figures(folder / "upstream", size.tasks),
    ]


# Starting


def _starts(box: Box, folder: Path, size: Size) -> list[Figure]:
    tell("first start, and warm starts")
    first = box.start_and_wait()
    warm = [lives.start_again(box) for _ in range(size.warm_starts)]
    tell("starts of a bare Temporal server")
    bare = lives.bare_server(folder / "bare", 1 + size.warm_starts)
    again = statistics.median(bare[1:])
    return [
        Figure(
            "process start → ready lamps, first start",
            "under 3 s",
            f"{first:.2f} s",
            f"bare `temporal server start-dev`, first: {bare[0]:.2f} s to SERVING",
            first < 3,
        ),
        Figure(
            "process start → ready lamps, warm",
            "under 2 s",
            f"{statistics.median(warm):.2f} s (median of {len(warm)}, worst {max(warm):.2f} s)",
            f"bare server, on its file: {again:.2f} s",
            statistics.median(warm) < 2,
        ),
    ]


# Latencies


def _calm(box: Box, spare: list[str], size: Size) -> Seen:
    tell(f"{size.calm} redemptions one by one")
    return redeem_all(box, _take(spare, size.calm))


def _latencies(seen: Seen, ordinary: Ordinary) -> list[Figure]:
    reflex, verdict = spread(seen.reflex), spread(seen.verdict)
    plain, plain_unlock = spread(ordinary.verdict), spread(ordinary.unlock)
    share = verdict.p50 / plain.p50
    rows = [
        Figure(
            "Enter bytes in → standby lamp bytes out (reflex)",
            "p99 under 5 ms",
            milliseconds(reflex),
            "",
            reflex.p99 < 0.005,
        ),
        Figure(
            "Enter bytes in → verdict lamp bytes out, code claimed durably",
            "p50 under 15 ms, p99 under 40 ms",
            milliseconds(verdict),
            f"Temporal's defaults: {milliseconds(plain)}",
            verdict.p50 < 0.015 and verdict.p99 < 0.040,
        ),
        Figure(
            "the same, as a share of Temporal's defaults with ordinary activities",
            "at most a third",
            f"{share:.2f} (p50), {verdict.p99 / plain.p99:.2f} (p99)",
            "",
            share <= 1 / 3,
        ),
    ]
    for how in Confirmed:
        of = spread(seen.unlock[how])
        rows.append(
            Figure(
                f"operator's confirmation {how} → unlock bytes out",
                "p50 under 20 ms, p99 under 50 ms",
                milliseconds(of),
                f"Temporal's defaults: {milliseconds(plain_unlock)}",
                of.p50 < 0.020 and of.p99 < 0.050,
            )
        )
    return rows


# Filling: memory and wear


def _fill(box: Box, spare: list[str], size: Size) -> tuple[Wrote, Figure]:
    """Redeem at both bays until there were `total` redemptions."""
    tell(f"redemptions up to {size.total}, at both bays")
    codes = _take(spare, size.total - size.calm)
    before = Wrote.so_far(box)
    halves = {"bay-1": codes[::2], "bay-2": codes[1::2]}
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(_redeem_at, box, bay, some) for bay, some in halves.items()]:
            done.result()
    wrote = Wrote.so_far(box).since(before, len(codes))
    daemon, server = usage.memory([box.pid]), usage.memory([box.server_pid])
    rss, pss = daemon.rss + server.rss, daemon.pss + server.pss
    return wrote, Figure(
        f"resident, everything, after {size.total} redemptions",
        "under 256 MiB, goal 200",
        f"{mib(rss)} RSS (daemon {mib(daemon.rss)}, server {mib(server.rss)}), {mib(pss)} PSS",
        "",
        rss < 256 * 2**20,
    )


def _redeem_at(box: Box, bay: str, codes: Sequence[str]) -> None:
    hand = Hand(box, bay)
    try:
        for code in codes:
            hand.redeem(code, calm=False)
    finally:
        hand.close()


# Beside: Temporal's defaults, and both idle at the same time


@dataclass(frozen=True)
class Ordinary:
    """What was measured of the ordinary flow, and of both boxes' idleness."""

    verdict: list[float]
    unlock: list[float]
    per_redemption: float
    memory: usage.Memory
    idle: float
    boxd_idle: Wrote


async def _beside(folder: Path, box: Box, size: Size) -> Ordinary:
    tell(f"{size.ordinary} redemptions on Temporal's defaults with ordinary activities")
    async with defaults.serving(folder) as plain:
        await plain.redeem(3)
        before = plain.written()
        flow = await plain.redeem(size.ordinary)
        per_redemption = (plain.written() - before) / size.ordinary
        memory = usage.memory([plain.server_pid])
        tell(f"idle for {size.idle_s:.0f} s, both")
        await asyncio.sleep(size.settle_s)
        ours, theirs, began = Wrote.so_far(box), usage.written(plain.server_pid), time.monotonic()
        await asyncio.sleep(size.idle_s)
        days = (time.monotonic() - began) / DAY_S
        idle = (usage.written(plain.server_pid) - theirs) / days
        return Ordinary(
            verdict=flow.verdict,
            unlock=flow.unlock,
            per_redemption=per_redemption,
            memory=memory,
            idle=idle,
            boxd_idle=Wrote.so_far(box).since(ours, days),
        )


def _idle_figure(ordinary: Ordinary, size: Size) -> Figure:
    ours = ordinary.boxd_idle
    total = ours.ledger + ours.server + ours.simulated
    return Figure(
        f"written to disk while idle, a day ({size.idle_s:.0f} s watched)",
        "under 50 MB",
        megabytes(total),
        f"Temporal's defaults: {megabytes(ordinary.idle)}",
        total < 50e6,
    )


def _wear_figure(wrote: Wrote, ordinary: Ordinary) -> Figure:
    total = wrote.ledger + wrote.server
    return Figure(
        "written to disk per redemption, ledger included",
        "under 150 KiB",
        f"{kib(total)} (ledger {kib(wrote.ledger)}, Temporal {kib(wrote.server)};"
        f" simulated parts {kib(wrote.simulated)} more)",
        f"Temporal's defaults: {kib(ordinary.per_redemption)}",
        total < 150 * 1024,
    )


# Growth


def _grown(old: Box, young: Box, spare: list[str], size: Size) -> Figure:
    """The old box's next redemptions beside a new one's, in the same minutes."""
    tell(f"redemption {size.total} beside the first {size.calm}")
    young.start_and_wait()
    fresh = young.issue_codes(size.calm)
    with ThreadPoolExecutor(2) as both:
        pair = [
            both.submit(redeem_all, box, codes, with_keys=False)
            for box, codes in ((old, _take(spare, size.calm)), (young, fresh))
        ]
        late, early = (spread(done.result().verdict) for done in pair)
    ratio = late.p99 / early.p99
    return Figure(
        f"Enter → verdict at the {size.total}th redemption beside the {size.calm}th",
        "p99 within 1.2x",
        f"{ratio:.2f}x (p50 {late.p50 / early.p50:.2f}x): {milliseconds(late)}",
        f"in the same minutes, at a new box: {milliseconds(early)}",
        ratio <= 1.2,
    )


def _claims(folder: Path, size: Size) -> list[Figure]:
    tell("claims among a million codes")
    found = million.compare(folder, size.claims)
    few, many = spread(found.few), spread(found.many)
    return [
        Figure(
            "a durable claim among 1,000,000 codes beside 1,000",
            "p99 within 1.2x",
            f"{many.p99 / few.p99:.2f}x: {milliseconds(many)}",
            milliseconds(few),
            many.p99 / few.p99 <= 1.2,
        ),
        Figure(
            "opening and checking that ledger at a start",
            "",
            f"{found.opening_many_s:.2f} s",
            f"{found.opening_few_s:.2f} s",
        ),
    ]


# Kills


def _kills(box: Box, spare: list[str], redeemed: int, size: Size) -> list[Figure]:
    """Kill a box that has `redeemed` so much in the last minutes: its server looks at them anew."""
    tell(f"kills after {redeemed} redemptions")
    daemon = lives.daemon_killed(box, _take(spare, size.kills))
    server = lives.server_killed(box, _take(spare, size.kills))
    return [
        Figure(
            f"SIGKILL of the {what}, {redeemed} redemptions in the last minutes → a code typed"
            " at once gets its verdict",
            "under 3 s",
            f"{max(seconds):.2f} s (worst of {len(seconds)}, median"
            f" {statistics.median(seconds):.2f} s)",
            "",
            max(seconds) < 3,
        )
        for what, seconds in (("daemon", daemon), ("Temporal server", server))
    ]


def _take(spare: list[str], count: int) -> list[str]:
    taken, spare[:] = spare[:count], spare[count:]
    return taken
