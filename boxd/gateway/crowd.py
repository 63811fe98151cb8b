"""Who is let in and who gives way, by address: whoever holds most loses first.

Connections are counted from the moment they are accepted, before TLS. When they are many, the one
of the address that holds most which has waited longest is ended; an address that comes too often is
refused at once. A crowd behind one address loses its idle ones, and its browsers ask again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from boxd.rates import Rate

MOST = 1024  # 2,000 phones that ask every half minute need 300
# New ones: 200 phones behind one address may all come within a few seconds.
NEW_A_MINUTE = 3000
# Of all together; beyond that an address has so many: who comes for the first time is let in.
NEW_OF_ALL_A_MINUTE = 12_000
NEW_IN_A_CROWD_A_MINUTE = 60
MOST_BYTES = 16 * 1024 * 1024  # of bodies that are not whole yet

_IDLE_S = 30.0
_IDLE_IN_A_CROWD_S = 5.0  # a new connection is 1 ms of CPU time, a kept one 30 KiB


class Guest(Protocol):
    """A connection that can be ended."""

    def shut(self) -> None:
        """End it."""


@dataclass
class _Held:
    """What one address holds: its connections, those that wait for the client first."""

    all: int = 0
    waiting: OrderedDict[Guest, None] = field(default_factory=OrderedDict)
    bytes: dict[Guest, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Count:
    """How many connections were refused and ended, and the last address that lost one."""

    refused: int = 0
    ended: int = 0
    address: str = ""


class Crowd:
    """The connections that there are, by address."""

    def __init__(self, most: int = MOST, trusted: frozenset[str] = frozenset()) -> None:
        """`trusted` are proxies, which may come as often as they like."""
        self._most, self._most_of_one = most, most // 2
        self._trusted = trusted
        self._new, self._new_in_a_crowd = Rate(NEW_A_MINUTE), Rate(NEW_IN_A_CROWD_A_MINUTE)
        self._new_of_all = Rate(NEW_OF_ALL_A_MINUTE)
        self._held: dict[str, _Held] = {}
        self._total = 0
        self._bytes = 0
        self._count = Count()

    @property
    def total(self) -> int:
        """How many connections there are."""
        return self._total

    @property
    def idle_s(self) -> float:
        """How long a connection may wait for its next request."""
        return _IDLE_S if self._total < self._most // 2 else _IDLE_IN_A_CROWD_S

    def is_welcome(self, address: str) -> bool:
        """Whether one more from this address is let in; another one may have been ended for it."""
        if address not in self._trusted and self._comes_too_often(address):
            return self._refuse(address)
        mine = self._held.get(address)
        if mine is not None and mine.all >= self._most_of_one and address not in self._trusted:
            return self._end_one(address, mine) or self._refuse(address)
        if self._total >= self._most:
            most, its = max(self._held.items(), key=lambda each: len(each[1].waiting))
            return self._end_one(most, its) or self._refuse(address)
        return True

    def enter(self, address: str, guest: Guest) -> None:
        """Count a connection that was let in."""
        self._total += 1
        mine = self._held.setdefault(address, _Held())
        mine.all += 1
        mine.waiting[guest] = None

    def begin(self, address: str, guest: Guest) -> None:
        """A whole request is there: until its answer is sent the connection does not give way."""
        self._held[address].waiting.pop(guest, None)

    def pause(self, address: str, guest: Guest) -> None:
        """The answer is held back on purpose: the connection gives way like one that waits."""
        self._held[address].waiting[guest] = None

    def wait(self, address: str, guest: Guest) -> None:
        """The connection waits for its client again."""
        mine = self._held[address]
        mine.waiting[guest] = None
        self._bytes -= mine.bytes.pop(guest, 0)

    def hold(self, address: str, guest: Guest, count: int) -> None:
        """So many bytes more of a body; where there are too many, who holds most loses them."""
        mine = self._held[address]
        mine.bytes[guest] = mine.bytes.get(guest, 0) + count
        self._bytes += count
        if self._bytes > MOST_BYTES:
            most, its = max(self._held.items(), key=lambda each: sum(each[1].bytes.values()))
            # A body that is whole is at the box, or on its way: what becomes of it is told.
            begun = [each for each in its.bytes if each in its.waiting]
            loser = max(begun, key=lambda each: its.bytes[each], default=guest)
            loser.shut()
            self._ended(most)

    def leave(self, address: str, guest: Guest) -> None:
        """The connection is over."""
        self._total -= 1
        mine = self._held[address]
        mine.all -= 1
        mine.waiting.pop(guest, None)
        self._bytes -= mine.bytes.pop(guest, 0)
        if not mine.all:
            del self._held[address]

    def take_count(self) -> Count:
        """What was refused and ended since the last call."""
        count, self._count = self._count, Count()
        return count

    def _comes_too_often(self, address: str) -> bool:
        if self._new.wait_s(address):
            return True
        return bool(self._new_of_all.wait_s("") and self._new_in_a_crowd.wait_s(address))

    def _end_one(self, address: str, its: _Held) -> bool:
        """End the one that waits longest; false if none of this address waits."""
        if not its.waiting:
            return False
        loser, _ = its.waiting.popitem(last=False)
        loser.shut()
        self._ended(address)
        return True

    def _ended(self, address: str) -> None:
        self._count = Count(self._count.refused, self._count.ended + 1, address)

    def _refuse(self, address: str) -> bool:
        self._count = Count(self._count.refused + 1, self._count.ended, address)
        return False
