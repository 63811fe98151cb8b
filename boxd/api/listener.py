"""What the routes of one listener share: the box, its event streams, and which listener it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import cast

from starlette.requests import Request

from boxd.errors import BadInput
from boxd.web.box import BoxServices
from boxd.web.stream import SnapshotFeed, Streams


class ListenerKind(Enum):
    """Which listener a request came in by."""

    SOCKET = "socket"  # the commands'
    LOOPBACK = "loopback"  # the HUD's
    PHONES = "phones"  # the booth's network


@dataclass(frozen=True)
class Listener:
    """One listener's view of the box."""

    door: ListenerKind
    box: BoxServices
    streams: Streams
    snapshots: SnapshotFeed


def of(request: Request) -> Listener:
    """The listener that took the request."""
    return cast(Listener, request.app.state.listener)


def box_of(request: Request) -> BoxServices:
    """The box behind the listener that took the request."""
    return of(request).box


def path_number(request: Request, name: str, most: int = 2**31) -> int:
    """A whole number from the path; raises BadInput otherwise."""
    return number(cast(str, request.path_params[name]), name, most)


def number(text: str, name: str, most: int) -> int:
    """`text` as a whole number from 0 to `most`; raises BadInput otherwise."""
    if text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most:
        return int(text)
    raise BadInput(f"{name}: '{text[:40]}' is no whole number from 0 to {most}")
