"""The attendants' PIN: read from its file, and compared without revealing how near a guess was."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

from boxd.config import check_secret_mode
from boxd.errors import ConfigError
from boxd.words import N_

_FORM = re.compile(r"[0-9]{6,12}")
_UNREADABLE = N_("[phones] attendant_pin_file: {file} can't be read: {why}")
_NO_PIN = N_(
    "[phones] attendant_pin_file: {file} holds no PIN; write 6 to 12 digits into it and"
    " nothing else (fewer are guessed too soon)"
)


class Pin:
    """The PIN; keeps only a keyed digest of it."""

    def __init__(self, digits: str, key: bytes) -> None:
        self._key = key
        self.digest = self._of(digits)

    def is_right(self, given: str) -> bool:
        """Whether this is the PIN; blanks don't matter."""
        return hmac.compare_digest(self.digest, self._of("".join(given.split())))

    def _of(self, digits: str) -> bytes:
        return hmac.digest(self._key, digits.encode("utf-8", "replace"), hashlib.sha256)


def read_pin(file: Path, key: bytes) -> Pin:
    """The PIN in the file. Raises ConfigError, with the remedy, if there is no usable one."""
    check_secret_mode(file)
    try:
        digits = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(_UNREADABLE.format(file=file, why=error)) from None
    if not _FORM.fullmatch(digits):
        raise ConfigError(_NO_PIN.format(file=file))
    return Pin(digits, key)
