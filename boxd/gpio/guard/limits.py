"""The guard's limits: constants here, so that nothing a client says can widen them."""

from __future__ import annotations

LONGEST_MS = 500
"""The coils' rating; longer orders are refused, never shortened."""

REST_LEAST_S = 0.1
"""After a pulse a latch rests as long as that was ordered for, and never less than this.

So no client, however wrong, has a coil on for more than half of the time.
"""

SILENCE_S = 0.8
"""A client not heard from for so long has hung: everything is dropped. It beats every 0.2 s."""

OLDEST_ORDER_S = 0.25
"""An order that waited longer is refused: its sender gives it up as unknown after 0.3 s."""

BEAT_S = 0.1
"""How often the two processes, and the guard and its client, tell each other that they live."""

PARTNER_SILENCE_S = 0.8
"""One process of the guard not heard from for so long is ended by the other.

Safety does not hang on it: an overdue pulse is ended without waiting for it.
"""

OVERDUE_S = 0.03
"""A pulse so much longer than ordered is ended by the partner; the scheduler needs some of it."""

TAKE_OVER_S = 1.0
"""For so long the partner asks for the lines of a dead pulser; they are free in microseconds."""

START_S = 10.0
"""What the two may take to be ready for each other: a cold start from a slow SD card."""
