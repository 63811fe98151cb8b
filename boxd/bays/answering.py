"""Giving a person's answer by a key: for a while, and with the reason when it was not taken."""

from __future__ import annotations

import asyncio

import structlog

from boxd.bays.redemptions import Redemptions
from boxd.errors import BoxdError
from boxd.redemption import Answer

log = structlog.get_logger(__name__)


async def why_not_taken(redemptions: Redemptions, answer: Answer, patience_s: float) -> str:
    """Give the answer; the reason why it was not taken, in words, empty when it was."""
    try:
        async with asyncio.timeout(patience_s):
            reply = await redemptions.answer(answer)
    except TimeoutError:
        return "the box did not reply in time; look at what it shows, then press again"
    except BoxdError as error:
        return str(error)
    return "" if reply.accepted else reply.why


def outcome(task: asyncio.Task[str]) -> str:
    """What `why_not_taken` found out in this task, which is done and was not cancelled."""
    error = task.exception()
    if error is None:
        return task.result()
    log.error("answer.failed", exc_info=error)
    return "boxd failed to pass it on; its journal says why"
