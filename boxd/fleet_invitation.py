"""An invitation to the fleet of an event, as the text that one box shows and another one is given.

It holds the event's key: who has it can join, and read what the boxes tell each other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass

from boxd.errors import BadInput

_BEGINS = "boxd-fleet-"
_CHECK_BYTES = 4


@dataclass(frozen=True)
class FleetInvitation:
    """What a box has to know to join. `key` is the event's, as 64 hexadecimal digits."""

    event: str
    address: str
    key: str
    code_length: int
    namespace: str = "default"
    tls: bool = False
    first: int = 1
    box_names: tuple[str, ...] = ()


def as_token(invitation: FleetInvitation) -> str:
    """The invitation as one word, which fits a QR code."""
    content = json.dumps(asdict(invitation), separators=(",", ":")).encode()
    word = base64.urlsafe_b64encode(_check(content) + content).decode().rstrip("=")
    return _BEGINS + word


def from_token(token: str) -> FleetInvitation:
    """The invitation in a word of `as_token`. Raises BadInput if it is not whole."""
    word = "".join(token.split()).removeprefix(_BEGINS)
    try:
        sealed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (ValueError, binascii.Error):
        sealed = b""
    check, content = sealed[:_CHECK_BYTES], sealed[_CHECK_BYTES:]
    if not content or check != _check(content):
        raise BadInput(
            f"this is no whole invitation: it is one word that begins with {_BEGINS}; copy all of"
            " it from `boxd fleet invite`, or scan its QR code again"
        )
    found = json.loads(content)
    return FleetInvitation(**found | {"box_names": tuple(found["box_names"])})


def _check(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_CHECK_BYTES]
