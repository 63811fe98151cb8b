"""Idempotency keys: a request that is repeated under its key is answered as it was, once done.

The key is noted in the transaction of what the request changes, so that after a crash it is known
whether anything was done. What can't be told apart then is not done a second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.responses import Response

from boxd.errors import BoxdError, LedgerUnusable
from boxd.organiser.keyed_answers import KeptAnswer, KeyedAnswers, KeyedRequest
from boxd.web import problems
from boxd.web.problems import PROBLEM_TYPE, RequestError

REPLAYED = "Idempotent-Replayed"


async def answer_once(
    memory: KeyedAnswers,
    request: KeyedRequest,
    answer: Callable[[], Awaitable[Response]],
    is_repeatable: bool,
) -> Response:
    """The answer that was kept under the request's key, or `answer()`, which is kept if decided.

    `is_repeatable` is said of what recognises a repetition by itself. Raises RequestError where
    the key stands for another request, or for one whose answer was lost.
    """
    async with memory.turn(request):
        known = await memory.find(request)
        if known is not None and not known.is_the_same:
            raise _another(request)
        if known is not None and known.status is not None:
            return _again(known, known.status)
        if known is not None and not is_repeatable:
            raise _lost(request)
        with memory.noting(request):
            response = await _answered(answer)
        if _is_decided(response):
            # It is done, and told now; a repetition is told that the answer was lost.
            with suppress(LedgerUnusable):
                await memory.keep(request, response.status_code, bytes(response.body).decode())
        return response


async def _answered(answer: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await answer()
    except BoxdError as error:
        return problems.of_error(error)


def _is_decided(response: Response) -> bool:
    """Whether the box has done it, or refused it by a rule; anything else may be asked again."""
    return response.status_code < 300 or response.status_code == 409


def _again(known: KeptAnswer, status: int) -> Response:
    media_type = "application/json" if status < 300 else PROBLEM_TYPE
    return Response(known.body, status, {REPLAYED: "true"}, media_type)


def _another(request: KeyedRequest) -> RequestError:
    detail = (
        f"Idempotency-Key: '{request.key}' was used for another request; take a new key for each"
        " request, and the same one only to repeat it word for word"
    )
    return RequestError(422, "key-reused", "The key stands for another request", detail)


def _lost(request: KeyedRequest) -> RequestError:
    detail = (
        f"what was asked under the key '{request.key}' was carried out, and its answer is not kept"
        " (any more); it is not done again: look at the thing itself, then take a new key"
    )
    return RequestError(409, "answer-lost", "Carried out, and the answer lost", detail)
