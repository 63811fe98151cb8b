"""The rate limit of a token, as a reply to whoever asks too often."""

from __future__ import annotations

import math

from boxd.rates import Rate
from boxd.web.problems import RequestError


class RateLimit(Rate):
    """So many requests a minute for each name; a tenth of them at once."""

    def take(self, name: str, who: str) -> None:
        """Take one permit. Raises RequestError 429 with the waiting time if there is none."""
        wait_s = math.ceil(self.wait_s(name))
        if wait_s:
            detail = f"{who} asks too often; wait {wait_s} s, and ask for fewer things at a time"
            headers = {"Retry-After": str(wait_s)}
            raise RequestError(429, "too-many-requests", "Too many requests", detail, headers)
