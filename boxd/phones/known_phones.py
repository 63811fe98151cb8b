"""Phones that have entered the PIN once: a stranger's wrong guesses then lock them out no more.

All phones of a venue may come from one address. Such a phone has a cookie of its own, good until
the PIN changes, and its wrong PINs are counted by that.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

COOKIE = "boxd_phone"
LASTS_S = 30 * 24 * 3600
_FORM = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{64})")


class KnownPhones:
    """Makes and reads the cookies; `key` must change with the PIN."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cookie(self) -> str:
        """A cookie for a phone that is not known yet."""
        name = secrets.token_hex(8)
        return f"{name}.{self._mac(name)}"

    def name_of(self, cookie: str) -> str | None:
        """The phone's own name; None if the cookie is forged or of another PIN."""
        form = _FORM.fullmatch(cookie)
        if form is None or not hmac.compare_digest(form[2], self._mac(form[1])):
            return None
        return form[1]

    def _mac(self, name: str) -> str:
        return hmac.digest(self._key, name.encode("ascii"), hashlib.sha256).hex()
