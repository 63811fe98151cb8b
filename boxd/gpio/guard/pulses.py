"""Which latches are energised until when, which rest, and which orders are refused."""

from __future__ import annotations

from boxd.gpio.guard.limits import LONGEST_MS, OLDEST_ORDER_S, REST_LEAST_S
from boxd.gpio.guard.messages import GuardPulse


class Pulses:
    """The pulses at `latches` latches that are running; times on the monotonic clock."""

    def __init__(self, latches: int) -> None:
        self._latches = latches
        self._until: dict[int, float] = {}
        self._rests_until: dict[int, float] = {}

    def why_refused(self, order: GuardPulse, now: float) -> str:
        """Why this order must not be carried out; empty if it may."""
        if order.latch >= self._latches:
            return f"the guard has no latch number {order.latch}"
        if not 0 < order.ms <= LONGEST_MS:
            return f"{order.ms} ms is not a pulse: 1 to {LONGEST_MS} ms"
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
        self._rests_until[order.latch] = now + lasts_s + max(lasts_s, REST_LEAST_S)

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
