"""How much is measured: a look of minutes, or all of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`calm` redemptions one by one for the latencies, `total` in all for what grows."""

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
    on_card: int
    behind_kills: int  # redemptions before the kills on a card
    beside_phones: int  # redemptions beside none, and as many beside the phones


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
    on_card=30,
    behind_kills=250,
    beside_phones=45,
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
    on_card=8,
    behind_kills=6,
    beside_phones=6,
)
