"""Notices as a signed POST of JSON, as events go to upstream."""

from __future__ import annotations

import json

from boxd.errors import ConfigError
from boxd.ledger.notices import Notice
from boxd.notices.answers import check
from boxd.notices.way import NotReached, NotTaken
from boxd.upstream.client import UpstreamClient
from boxd.upstream.exchange import Unreachable


class WebhookWay:
    """One address, which hears of everything; the receiver passes it on."""

    def __init__(self, client: UpstreamClient, box: str) -> None:
        self._client = client
        self._box = box

    async def send(self, notice: Notice, text: str) -> bool:
        """Post it; `webhook-id` and `idempotency-key` are the notice's id."""
        try:
            answer = await self._client.post(notice.id, self._body(notice, text))
        except ConfigError as error:
            raise NotTaken(str(error)) from error
        except Unreachable as error:
            raise NotReached(str(error)) from error
        check(answer)
        return True

    def _body(self, notice: Notice, text: str) -> bytes:
        attendee = {"reference": notice.reference, "pseudonym": notice.pseudonym}
        said = {
            "type": f"notice.{notice.kind}",
            "id": notice.id,
            "timestamp": notice.at,
            "box": self._box,
            "text": text,
            "attendee": attendee if notice.pseudonym else None,
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
