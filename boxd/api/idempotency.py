"""Idempotency keys: a request that is repeated under its key is carried out once.

The key is noted in the transaction of what the request changes. So the ledger knows one of three
things of a key, whatever crashed meanwhile:

- nothing: nothing was done under it, the request is carried out;
- the key with an answer: it was done, and the answer is given again;
- the key without an answer: it was done, and whoever asked may not have heard of it. It is done
  once more only where the operation recognises its own repetition.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.responses import Response

from boxd.errors import BoxdError, LedgerUnusable
from boxd.organiser.keyed_answers import KeyedAnswers, KeyedRequest
from boxd.web import problems
from boxd.web.problems import PROBLEM_TYPE, RequestError

REPLAYED = "Idempotent-Replayed"


async def answer_once(
    answers: KeyedAnswers,
    request: KeyedRequest,
    carry_out: Callable[[], Awaitable[Response]],
    is_repeatable: bool,
) -> Response:
    """The answer to a request under a key. `is_repeatable`: it recognises its own repetition.

    Raises RequestError where the key stands for another request, or for one that was carried out
    and whose answer is lost.
    """
    async with answers.turn(request):
        known = await answers.find(request)
        if known is None:
            return await _carry_out(answers, request, carry_out)
        if not known.is_the_same:
            raise _another(request)
        if known.status is not None:
            return _again(known.body, known.status)
        if is_repeatable:
            return await _carry_out(answers, request, carry_out)
        raise _lost(request)


async def _carry_out(
    answers: KeyedAnswers, request: KeyedRequest, carry_out: Callable[[], Awaitable[Response]]
) -> Response:
    """Carry the request out beside a note of its key, and keep the answer if it is decided."""
    with answers.noting(request):
        response = await _answered(carry_out)
    if _is_decided(response):
        # If the answer can't be kept, it is still given: a repetition learns that it is lost.
        with suppress(LedgerUnusable):
            await answers.keep(request, response.status_code, bytes(response.body).decode())
    return response


async def _answered(carry_out: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await carry_out()
    except BoxdError as error:
        return problems.of_error(error)


def _is_decided(response: Response) -> bool:
    """Whether the box has done it, or refused it by a rule; anything else may be tried again."""
    return response.status_code < 300 or response.status_code == 409


def _again(body: str, status: int) -> Response:
    media_type = "application/json" if status < 300 else PROBLEM_TYPE
    return Response(body, status, {REPLAYED: "true"}, media_type)


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
