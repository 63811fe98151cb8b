"""An attendant's session: a signed cookie with their name, valid until the PIN changes."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass

LASTS_S = 14 * 3600  # a long day at the booth
_MAC_BYTES = 32


@dataclass(frozen=True)
class Session:
    """An attendant who entered the PIN, by the name given; `until` in seconds of the box's time."""

    name: str
    until: int
    id: str


class Sessions:
    """Makes cookies of sessions; `key` must change with the PIN."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cookie(self, session: Session) -> str:
        """The session as a cookie's value."""
        said = json.dumps(asdict(session)).encode("utf-8")
        return urlsafe_b64encode(self._mac(said) + said).decode("ascii").rstrip("=")

    def read(self, cookie: str, now_s: float) -> Session | None:
        """The session in a cookie; None if it is forged, damaged or expired."""
        try:
            signed = urlsafe_b64decode(cookie.encode("ascii") + b"=" * (-len(cookie) % 4))
        except (binascii.Error, UnicodeEncodeError):
            return None
        mac, said = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(said)):
            return None
        session = Session(**json.loads(said))
        return session if now_s < session.until else None

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)
