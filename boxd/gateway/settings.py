"""The settings that the gateway gets from its starter, as JSON.

It reads no configuration: the library for that would take more memory than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Page:
    """An answer that the gateway gives by itself; rendered before, as bytes on the wire are."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True)
class GatewayWords:
    """The pages for people whose request does not reach the box.

    The pair is for a request that only reads, and for one that changes something.
    """

    away: tuple[Page, Page]
    unanswered: Page
    too_long: Page


@dataclass(frozen=True)
class Deadlines:
    """How long a client may take, in seconds. Phones are at the edge of the WiFi."""

    handshake_s: float = 10.0
    first_byte_s: float = 10.0  # browsers open a connection before they know what to ask
    head_s: float = 10.0
    body_s: float = 20.0  # and for each 32 KiB another second
    read_s: float = 20.0  # a piece of 16 KiB of a reply


USUAL = Deadlines()


@dataclass(frozen=True)
class GatewaySettings:
    """Where the gateway listens, by which rules, and where the daemon is."""

    host: str
    port: int
    address: str
    folder: Path
    cert_file: Path | None
    key_file: Path | None
    trusted_proxies: tuple[str, ...]
    api_prefix: str
    words: Mapping[str, GatewayWords]  # by language, the box's own first
    deadlines: Deadlines = USUAL

    @property
    def requests_socket(self) -> Path:
        """Where the daemon takes requests."""
        return requests_socket(self.folder)

    @property
    def link_socket(self) -> Path:
        """Where the daemon says what has changed, and hears of trouble."""
        return link_socket(self.folder)

    def to_json(self) -> str:
        """The settings as one line of text."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> GatewaySettings:
        """Read what `to_json` has written."""
        told = json.loads(text)
        words = told.pop("words")
        return cls(
            host=told["host"],
            port=told["port"],
            address=told["address"],
            folder=Path(told["folder"]),
            cert_file=_path(told["cert_file"]),
            key_file=_path(told["key_file"]),
            trusted_proxies=tuple(told["trusted_proxies"]),
            api_prefix=told["api_prefix"],
            words={language: _words(each) for language, each in words.items()},
            deadlines=Deadlines(**told["deadlines"]),
        )


def requests_socket(folder: Path) -> Path:
    """The Unix socket for requests in the gateway's folder."""
    return folder / "requests.sock"


def link_socket(folder: Path) -> Path:
    """The Unix socket of the link in the gateway's folder."""
    return folder / "link.sock"


def opened_mark(folder: Path) -> Path:
    """The file by which an installed box knows that an organiser has opened the phones' network."""
    return folder / "opened"


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _words(told: dict[str, Any]) -> GatewayWords:
    return GatewayWords(
        away=_pair(told["away"]),
        unanswered=_page(told["unanswered"]),
        too_long=_page(told["too_long"]),
    )


def _pair(told: list[dict[str, Any]]) -> tuple[Page, Page]:
    reading, changing = map(_page, told)
    return reading, changing


def _page(told: dict[str, Any]) -> Page:
    pairs = tuple((str(name), str(value)) for name, value in told["headers"])
    return Page(int(told["status"]), pairs, str(told["body"]))
