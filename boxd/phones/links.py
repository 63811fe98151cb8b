"""Signed links in QR codes, bound to one attendee or one checkpoint, and revocable.

A link ends in base64url of: 12 bytes of HMAC-SHA-256, 3 bytes of generation, then the attendee's
number (3 bytes) or the checkpoint's id. 96 bits can't be guessed; 24 characters keep a QR code
coarse enough for any camera. Key, box and kind of link are part of the HMAC, so that a link works
at no other box, and as no other kind.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from boxd.key_file import make_key, read_key

_MAC_BYTES = 12
_GENERATION_BYTES = 3
_NUMBER_BYTES = 3
_FORM = re.compile(r"[A-Za-z0-9_-]{24,64}")


class LinkKind(StrEnum):
    """The kind of link; the value is the path of its page."""

    ATTENDEE = "a"  # the attendee's own: shows codes
    SHOWN = "v"  # the attendee shows it to an attendant: useless without the PIN
    CHECKPOINT = "c"


@dataclass(frozen=True)
class PhoneLink:
    """The content of a link: valid for the ledger's present generation of `subject`."""

    kind: LinkKind
    subject: bytes
    generation: int

    @property
    def attendee(self) -> int:
        """The attendee's number, in a link of an attendee."""
        return int.from_bytes(self.subject, "big")

    @property
    def checkpoint(self) -> str:
        """The checkpoint's id, in a link of a checkpoint."""
        return self.subject.decode("ascii", "replace")


def attendee_link(number: int, generation: int) -> PhoneLink:
    """The attendee's own link."""
    return PhoneLink(LinkKind.ATTENDEE, number.to_bytes(_NUMBER_BYTES, "big"), generation)


def shown_link(number: int, generation: int) -> PhoneLink:
    """The link that the attendee shows to an attendant."""
    return PhoneLink(LinkKind.SHOWN, number.to_bytes(_NUMBER_BYTES, "big"), generation)


def checkpoint_link(checkpoint: str, generation: int) -> PhoneLink:
    """The link that is printed for a checkpoint."""
    return PhoneLink(LinkKind.CHECKPOINT, checkpoint.encode("ascii"), generation)


class Signer:
    """Signs links and reads signed ones; holds the key in memory only."""

    def __init__(self, key: bytes, box: str) -> None:
        self._key = key
        self._box = box.encode("utf-8")

    def sign(self, link: PhoneLink) -> str:
        """The signed end of a URL."""
        said = link.generation.to_bytes(_GENERATION_BYTES, "big") + link.subject
        return urlsafe_b64encode(self._mac(link.kind, said) + said).decode("ascii").rstrip("=")

    def read(self, kind: LinkKind, text: str) -> PhoneLink | None:
        """The content of a link; None if this box has not signed exactly this, for this kind."""
        if not _FORM.fullmatch(text):
            return None
        try:
            signed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            return None
        mac, said = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(kind, said)):
            return None
        generation = int.from_bytes(said[:_GENERATION_BYTES], "big")
        return PhoneLink(kind, said[_GENERATION_BYTES:], generation)

    def derived_key(self, purpose: str) -> bytes:
        """Another key from the same secret, for another purpose; 32 bytes."""
        return hmac.digest(self._key, b"boxd key\0" + purpose.encode("ascii"), hashlib.sha256)

    def _mac(self, kind: LinkKind, said: bytes) -> bytes:
        text = b"\0".join((b"boxd link", self._box, kind.encode("ascii"), said))
        return hmac.digest(self._key, text, hashlib.sha256)[:_MAC_BYTES]


def load_signer(file: Path, box: str) -> Signer:
    """The signer with the key in `file`, which is made if it does not exist.

    Links made with a lost key are useless and have to be printed again. Raises KeysMissing, with
    the remedy, if the file can't be used.
    """
    if not file.exists():
        make_key(file)
    return Signer(read_key(file), box)
