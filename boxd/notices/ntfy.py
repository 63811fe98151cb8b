"""Notices by ntfy: a POST to a topic, which pushes it to the phones that follow the topic."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from boxd.config import check_secret_mode
from boxd.errors import ConfigError
from boxd.ledger.notices import Notice, NoticeKind
from boxd.notices.answers import check
from boxd.notices.way import NotReached, NotTaken
from boxd.upstream.exchange import Peer, Request, Unreachable, exchange

_TAGS = {
    NoticeKind.CODE_READY: "gift",
    NoticeKind.NOBODY_COMES: "bell",
    NoticeKind.SOLD_OUT: "package",
}
_URGENT = "high"


class NtfyWay:
    """The staff's topic, and one for each attendee: `attendee_url` and their pseudonym."""

    def __init__(self, peer: Peer, attendee_url: str | None, token_file: Path | None) -> None:
        self._peer = peer
        self._attendee_url = attendee_url
        self._token_file = token_file

    async def send(self, notice: Notice, text: str) -> bool:
        """Post it to the topic; False for an attendee where they have none.

        ntfy shows a message with a known sequence id in place of the earlier one.
        """
        peer = self._topic(notice)
        if peer is None:
            return False
        headers = {
            "content-type": "text/plain; charset=utf-8",
            "x-tags": _TAGS[notice.kind],
            "x-sequence-id": notice.id,
        }
        if notice.kind is NoticeKind.NOBODY_COMES:
            headers["x-priority"] = _URGENT
        try:
            headers |= await asyncio.to_thread(self._authorization)
            check(await exchange(peer, Request("POST", headers, text.encode())))
        except ConfigError as error:
            raise NotTaken(str(error)) from error
        except Unreachable as error:
            raise NotReached(str(error)) from error
        return True

    def _topic(self, notice: Notice) -> Peer | None:
        if notice.kind is not NoticeKind.CODE_READY:
            return self._peer
        if self._attendee_url is None or not notice.pseudonym:
            return None
        return replace(self._peer, url=self._attendee_url + notice.pseudonym)

    def _authorization(self) -> dict[str, str]:
        file = self._token_file
        return {} if file is None else {"authorization": f"Bearer {read_word(file)}"}


def read_word(file: Path) -> str:
    """The one word in a secret file. Raises ConfigError, with the remedy, if it can't be used."""
    check_secret_mode(file)
    try:
        word = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: can't be read ({error}); mend that first") from None
    if not word or not word.isprintable():
        raise ConfigError(f"{file}: takes one line with the token or password, and nothing else")
    return word
