"""Rates: a bucket of permits for each name, filled steadily, kept in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST_BUCKETS = 10_000  # 2 MB; beyond that the longest unused is forgotten first
_AT_ONCE_S = 6.0  # a bucket holds the permits of so many seconds
_LEAST_AT_ONCE = 5.0


class Rate:
    """So many permits a minute for each name; a tenth of them at once."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_minute / 60
        self._most = max(self._per_s * _AT_ONCE_S, _LEAST_AT_ONCE)
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take one permit, and return 0; or the seconds until there is one."""
        now = self._now()
        left, at = self._buckets.pop(name, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_s)
        is_there = left >= 1
        self._buckets[name] = (left - 1 if is_there else left, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if is_there else (1 - left) / self._per_s


def client_of(address: str) -> str:
    """The address as limits count it, whole: on a booth's network all phones share one IPv6 /64."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(parsed)
