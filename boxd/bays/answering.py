"""Sending an operator's or attendee's answer from a key press, with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import structlog

from boxd.errors import BoxdError
from boxd.recovery import RecoveryTaken
from boxd.redemption import Reply
from boxd.words import N_

log = structlog.get_logger(__name__)


async def why_not_taken(answering: Awaitable[Reply | RecoveryTaken], patience_s: float) -> str:
    """Wait for the reply; returns why an answer was not accepted, in words, or an empty text."""
    try:
        async with asyncio.timeout(patience_s):
            reply = await answering
    except TimeoutError:
        return N_("the box did not reply in time; look at what it shows, then press again")
    except BoxdError as error:
        return str(error)
    return "" if reply.accepted else reply.why


def outcome(task: asyncio.Task[str]) -> str:
    """The result of a finished `why_not_taken` task that was not cancelled."""
    error = task.exception()
    if error is None:
        return task.result()
    log.error("answer.failed", exc_info=error)
    return N_("boxd failed to pass it on; its journal says why")
