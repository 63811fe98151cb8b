"""When a contact's change counts: once it has lasted for its debounce time without a break.

Contacts bounce for 5 to 20 ms, and edges may be missed. So a level is read again before it counts,
and a slow look from time to time finds what no edge reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from boxd.timers import Timer, Timers

_ROUNDING_S = 1e-6  # times are sums of floats: a change that lasted exactly long enough counts


@dataclass(frozen=True)
class Contact:
    """A contact's level when last seen, unbroken `since` then, and the level that counts.

    `settled` is None until a first level has lasted long enough; `settled_at` is when the level
    that counts began.
    """

    level: bool
    since: float
    settled: bool | None = None
    settled_at: float = 0.0

    @property
    def is_settled(self) -> bool:
        """Whether the level seen last is the one that counts."""
        return self.settled == self.level


def after_time(contact: Contact, at: float, debounce_s: float) -> Contact:
    """The contact at a later time without an event: its level counts if it lasted."""
    if contact.is_settled or at < contact.since + debounce_s - _ROUNDING_S:
        return contact
    return replace(contact, settled=contact.level, settled_at=contact.since)


def after_edge(contact: Contact, level: bool, at: float, debounce_s: float) -> Contact:
    """The contact after an edge to `level`, which may be reported long after its time `at`.

    An edge to the level that it already had means that a break was missed.
    """
    if level != contact.level:
        contact = after_time(contact, at, debounce_s)
    return replace(contact, level=level, since=max(at, contact.since))


def after_look(contact: Contact, level: bool, at: float, debounce_s: float) -> Contact:
    """The contact after a look found `level`; if an edge was missed, its time starts now."""
    if level == contact.level:
        return after_time(contact, at, debounce_s)
    return replace(contact, level=level, since=max(at, contact.since))


class Debounce:
    """Follows one contact; `on_settled` gets each level that counts, and the time when it began.

    It also gets the first level that lasts. Before a level counts the contact is read once more:
    `probe` returns its level, or None if that is not known now. Everything happens on the event
    loop.
    """

    def __init__(
        self,
        debounce_s: float,
        timers: Timers,
        probe: Callable[[], bool | None],
        on_settled: Callable[[bool, float], None],
    ) -> None:
        self._debounce_s = debounce_s
        self._timers = timers
        self._probe = probe
        self._on_settled = on_settled
        self._contact: Contact | None = None
        self._timer: Timer | None = None

    def edge(self, level: bool, at: float) -> None:
        """An edge to `level` happened at the time `at`; it may be reported late."""
        if self._contact is None:
            self._take(Contact(level, at))
        else:
            self._take(after_edge(self._contact, level, at, self._debounce_s))

    def look(self, level: bool) -> None:
        """A look has just found `level`, whatever the edges said."""
        now = self._timers.time()
        if self._contact is None:
            self._take(Contact(level, now))
        else:
            self._take(after_look(self._contact, level, now, self._debounce_s))

    def stop(self) -> None:
        """Stop following the contact; the next look or edge starts again."""
        self._contact = None
        self._disarm()

    def _take(self, contact: Contact) -> None:
        known, self._contact = self._contact, contact
        self._arm(contact)
        if contact.settled is not None and (known is None or known.settled != contact.settled):
            self._on_settled(contact.settled, contact.settled_at)

    def _arm(self, contact: Contact) -> None:
        self._disarm()
        if not contact.is_settled:
            left_s = contact.since + self._debounce_s - self._timers.time()
            self._timer = self._timers.call_later(max(left_s, 0.0), self._ripen)

    def _ripen(self) -> None:
        self._timer = None
        level = self._probe()
        if level is not None:
            self.look(level)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
