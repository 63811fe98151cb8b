"""How long to wait before upstream is tried again. A pure function of failures and chance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """The first wait and the longest, in seconds."""

    first_s: float
    longest_s: float

    def wait_s(self, failures: int, chance: float, asked_s: float = 0) -> float:
        """The wait after so many failures in a row (1 or more).

        It doubles up to the longest, of which `chance` (0 to 1) takes away up to half, so that
        boxes whose network comes back together don't all try together. `asked_s` is upstream's
        Retry-After: the wait is never less than that, but never more than the longest.
        """
        doubled = self.first_s * 2.0 ** min(failures - 1, 60)
        wait_s = min(doubled, self.longest_s) * (1 - chance / 2)
        return min(max(wait_s, asked_s), self.longest_s)
