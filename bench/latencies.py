"""Redemptions one by one: reflex, verdict and unlock, beside Temporal's defaults."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from bench import defaults
from bench.box import Box
from bench.figures import Figure, milliseconds, spread
from bench.progress import tell
from bench.redeeming import LOADING_S, Confirmed, Seen, redeem_all
from bench.size import Size


def figures(folder: Path, size: Size) -> Iterator[Figure]:
    """The latencies of `calm` redemptions."""
    tell(f"{size.calm} redemptions one by one")
    box = Box(folder / "box")
    try:
        box.start_and_wait()
        seen = redeem_all(box, box.issue_codes(size.calm), [*Confirmed], loading_s=LOADING_S)
    finally:
        box.close()
    yield _reflex(seen)
    tell(f"{size.ordinary} redemptions on Temporal's defaults with ordinary activities")
    verdict, unlock = asyncio.run(_ordinary(folder / "defaults", size.ordinary))
    yield from _verdicts(seen, verdict)
    yield from _unlocks(seen, unlock)


async def _ordinary(folder: Path, count: int) -> tuple[list[float], list[float]]:
    async with defaults.serving(folder) as plain:
        await plain.redeem(3)
        flow = await plain.redeem(count)
        return flow.verdict, flow.unlock


def _reflex(seen: Seen) -> Figure:
    reflex = spread(seen.reflex)
    return Figure(
        "Enter bytes in → standby lamp bytes out (reflex)",
        "p99 under 5 ms",
        milliseconds(reflex),
        "",
        reflex.p99 < 0.005,
    )


def _verdicts(seen: Seen, ordinary: list[float]) -> Iterator[Figure]:
    verdict, plain = spread(seen.verdict), spread(ordinary)
    share = verdict.p50 / plain.p50
    yield Figure(
        "Enter bytes in → verdict lamp bytes out, code claimed durably",
        "p50 under 4 ms, p99 under 12 ms",
        milliseconds(verdict),
        f"Temporal's defaults: {milliseconds(plain)}",
        verdict.p50 < 0.004 and verdict.p99 < 0.012,
    )
    yield Figure(
        "the same, as a share of Temporal's defaults with ordinary activities",
        "at most a third",
        f"{share:.2f} (p50), {verdict.p99 / plain.p99:.2f} (p99)",
        "",
        share <= 1 / 3,
    )


def _unlocks(seen: Seen, ordinary: list[float]) -> Iterator[Figure]:
    for how in Confirmed:
        of = spread(seen.unlock[how])
        if how is Confirmed.AT_ONCE:  # nobody is that quick; the workflow is being started then
            yield Figure(f"confirmation {how} → unlock bytes out", "", milliseconds(of))
            continue
        yield Figure(
            f"operator's confirmation {how} → unlock bytes out",
            "p50 under 15 ms, p99 under 40 ms",
            milliseconds(of),
            f"Temporal's defaults: {milliseconds(spread(ordinary))}",
            of.p50 < 0.015 and of.p99 < 0.040,
        )
