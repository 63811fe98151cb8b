"""Which latches are energised until when, which rest, and which orders are refused."""

from __future__ import annotations

from boxd.gpio.guard.limits import HELD_LONGEST_MS, LONGEST_MS, OLDEST_ORDER_S, REST_LEAST_S
from boxd.gpio.guard.messages import GuardPulse


class Pulses:
    """The pulses at `latches` latches that are running; times on the monotonic clock.

    `held` are the latches that may be on for seconds.
    """

    def __init__(self, latches: int, held: frozenset[int] = frozenset()) -> None:
        self._latches = latches
        self._held = held
        self._until: dict[int, float] = {}
        self._rests_until: dict[int, float] = {}

    def why_refused(self, order: GuardPulse, now: float) -> str:
        """Why this order must not be carried out; empty if it may."""
        if order.latch >= self._latches:
            return f"the guard has no latch number {order.latch}"
        longest_ms = HELD_LONGEST_MS if order.latch in self._held else LONGEST_MS
        if not 0 < order.ms <= longest_ms:
            return f"{order.ms} ms is not a pulse: 1 to {longest_ms} ms"
        if order.latch in self._until:
            return "the latch is being pulsed; wait for its end"
        if now < self._rests_until.get(order.latch, now):
            return "the latch has just been pulsed and its coil rests; wait a second"
        if not 0 <= now - order.at <= OLDEST_ORDER_S:
            return f"the order is {now - order.at:.2f} s old; the computer is too busy"
        return ""

    def begin(self, order: GuardPulse, now: float) -> None:
        """The latch of this order gets its current now."""
        lasts_s = order.ms / 1000
        self._until[order.latch] = now + lasts_s
        rest_s = REST_LEAST_S if order.latch in self._held else max(lasts_s, REST_LEAST_S)
        self._rests_until[order.latch] = now + lasts_s + rest_s

    def end(self, latch: int) -> None:
        """The latch has lost its current."""
        self._until.pop(latch, None)

    def due(self, now: float) -> tuple[int, ...]:
        """The latches whose pulse is over."""
        return tuple(latch for latch, until in self._until.items() if until <= now)

    @property
    def next_end(self) -> float | None:
        """When the next pulse ends; None while no latch is energised."""
        return min(self._until.values(), default=None)
