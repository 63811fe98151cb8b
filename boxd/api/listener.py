"""What the routes of one listener share: the box, its event streams, and the kind of listener."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import cast

from starlette.requests import Request

from boxd.api.services import ServedBox
from boxd.errors import BadInput
from boxd.web.stream import SnapshotFeed, Streams


class ListenerKind(Enum):
    """The kind of listener that received a request."""

    SOCKET = "socket"  # the commands'
    LOOPBACK = "loopback"  # the HUD's
    PHONES = "phones"  # the booth's network


@dataclass(frozen=True)
class Listener:
    """One listener's view of the box."""

    kind: ListenerKind
    box: ServedBox
    streams: Streams
    feed: SnapshotFeed


def of(request: Request) -> Listener:
    """The listener that received the request."""
    return cast(Listener, request.app.state.listener)


def path_number(request: Request, name: str, most: int = 2**31) -> int:
    """A whole number from the path. Raises BadInput otherwise."""
    return number(cast(str, request.path_params[name]), name, most)


def number(text: str, name: str, most: int) -> int:
    """`text` as a whole number from 0 to `most`. Raises BadInput otherwise."""
    if text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most:
        return int(text)
    raise BadInput(f"{name}: '{text[:40]}' is no whole number from 0 to {most}")
