"""The signature on boxd's requests, according to the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from boxd.config import check_secret_mode
from boxd.errors import ConfigError
from boxd.words import N_

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64
_UNREADABLE = N_("{path}: can't be read ({why}); mend that first")
_NO_SECRET = N_(
    "{path}: there is no secret in it; it takes one line: {prefix} and {fewest} to {most} random"
    " bytes in base64, e.g. from: {command}"
)


@dataclass(frozen=True)
class Secret:
    """What both sides share; never shown."""

    key: bytes = field(repr=False)


def read_secret(path: Path) -> Secret:
    """The secret in a file. Raises ConfigError, with the remedy, if it can't be used."""
    check_secret_mode(path)
    try:
        text = path.read_text(encoding="ascii").strip()
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except OSError as error:
        raise ConfigError(_UNREADABLE.format(path=path, why=error.strerror)) from None
    except (ValueError, binascii.Error):
        raise ConfigError(_not_a_secret(path)) from None
    if not text.startswith(PREFIX) or not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        raise ConfigError(_not_a_secret(path))
    return Secret(key)


def _not_a_secret(path: Path) -> str:
    command = f"echo {PREFIX}$(head -c 32 /dev/urandom | base64 -w0)"
    return _NO_SECRET.format(
        path=path, prefix=PREFIX, fewest=FEWEST_BYTES, most=MOST_BYTES, command=command
    )


def signed_headers(secret: Secret, message: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The three headers that prove who sent `content`, and when (seconds since 1970).

    `message` is the id by which a repetition is recognised. The signed text is the id, the
    timestamp and the content with dots between; HMAC-SHA-256.
    """
    signed = f"{message}.{timestamp}.".encode() + content
    digest = hmac.digest(secret.key, signed, hashlib.sha256)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
