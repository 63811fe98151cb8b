"""The guard's limits: constants here, so that no message of a client can widen them."""

from __future__ import annotations

LONGEST_MS = 500
"""The coils' rating; longer orders are refused, never shortened."""

HELD_LONGEST_MS = 10_000
"""For latches that are made to be held, strikes and magnetic locks: a person is through by then."""

REST_LEAST_S = 0.1
"""A latch rests as long as its pulse was ordered for, and at least this long.

So no client, however wrong, has a coil on for more than half of the time. What is made to be held
needs no rest but this.
"""

SILENCE_S = 0.8
"""A client that is silent for this long has hung: everything is dropped. It beats every 0.2 s."""

OLDEST_ORDER_S = 0.25
"""An order that waited longer is refused: its sender calls it unknown after 0.3 s."""

BEAT_S = 0.1
"""How often the two processes, and the guard and its client, exchange a beat."""

PARTNER_SILENCE_S = 0.8
"""One process of the guard kills the other after this silence.

Safety does not depend on it: an overdue pulse is ended without waiting for it.
"""

OVERDUE_S = 0.03
"""The partner ends a pulse that is this much too long; the scheduler needs some of it."""

TAKE_OVER_S = 1.0
"""How long the partner tries to get the lines of a dead pulser; they are free in microseconds."""

START_S = 10.0
"""How long both may take to be ready for each other: a cold start from a slow SD card."""
