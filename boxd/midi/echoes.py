"""Recognises messages of a device that only repeat what was sent to it.

Some pads send back each message that lights them. If a lamp is on a key's own note, such an echo
would be a key that nobody pressed.
"""

from __future__ import annotations

import mido

ECHO_S = 0.1
"""A round trip takes up to 6 ms over JACK; a busy Pi needs several times that.

A longer time would swallow real presses of a key whose lamp was just lit by the same bytes.
"""


class Echoes:
    """The messages that may come back; each excuses one message, for a tenth of a second."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, ...], float] = {}  # by a message's bytes

    def expect(self, message: mido.Message, now: float) -> None:
        """`message` is being sent; times are in seconds on the monotonic clock."""
        self._until[tuple(message.bytes())] = now + ECHO_S

    def is_one(self, message: mido.Message, at: float) -> bool:
        """Whether `message` repeats one that was just sent; ask once for each."""
        return at <= self._until.pop(tuple(message.bytes()), at - 1)
