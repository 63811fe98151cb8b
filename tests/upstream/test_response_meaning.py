"""What an answer means: only a receipt is one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from boxd.upstream.exchange import HttpAnswer
from boxd.upstream.response_meaning import Meaning, ResponseMeaning, meaning_of
from tests.upstream.peer import MOODS

SENT = ["evt_1", "evt_2", "evt_3"]
NOW = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)


def of(status: int, body: object = None, **headers: str) -> ResponseMeaning:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return meaning_of(
        HttpAnswer(status, {"content-type": "application/json"} | given, text), SENT, NOW
    )


def test_a_receipt_for_all_of_them() -> None:
    assert of(200, {"received": SENT, "more": 1}) == ResponseMeaning(Meaning.RECEIVED, received=3)


def test_a_receipt_for_the_first_of_them() -> None:
    assert of(202, {"received": SENT[:2]}).received == 2


@pytest.mark.parametrize(
    "mood",
    [
        "redirecting",
        "portal",
        "portal in JSON's clothes",
        "lying",
        "lying in reverse",
        "too many received",
        "nothing received",
        "no receipt",
        "empty",
    ],
)
def test_what_is_no_receipt_waits_for_a_person(mood: str) -> None:
    status, headers, body = MOODS[mood]([{"id": each} for each in SENT])
    found = meaning_of(HttpAnswer(status, headers, body), SENT, NOW)
    assert found.meaning is Meaning.NEEDS_A_PERSON
    assert str(status) in found.why


@pytest.mark.parametrize("mood", ["portal says no", "shut", "gone"])
def test_a_refusal_does_not_say_whom_it_means(mood: str) -> None:
    status, headers, body = MOODS[mood]([])
    found = meaning_of(HttpAnswer(status, headers, body), SENT, NOW)
    assert found.meaning is Meaning.REFUSED
    assert str(status) in found.why
    assert "doctype" not in found.why


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 415, 418, 422, 499])
def test_what_upstream_refuses_is_refused_in_its_words(status: int) -> None:
    found = of(status, b"no \n such\x00 prize")
    assert found.meaning is Meaning.REFUSED
    assert found.why.startswith(f"{status} ")
    assert found.why.endswith(": no such prize")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599, 100])
def test_what_passes_by_itself(status: int) -> None:
    assert of(status).meaning is Meaning.LATER


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("Sat, 02 May 2026 12:01:00 GMT", 60),
        ("Sat, 02 May 2026 11:00:00 GMT", 0),
        ("Sat, 02 May 99999 12:01:00 GMT", 0),
        ("Sat, 01 Jan 0001 00:00:00 +2359", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 999999999),
        ("Sat, 02 May 2026 12:01:00 +99999999", 0),
        ("soon", 0),
        ("-5", 0),
        ("-99999999999999999999", 0),
        ("1e999", 0),
        ("nan", 0),
        ("", 0),
        ("٣", 0),
        ("9" * 10_000, 999999999),
    ],
)
def test_how_long_upstream_asks_to_wait(said: str, seconds: float) -> None:
    for status in (403, 429, 503):
        assert of(status, retry_after=said).retry_after_s == seconds


def test_json_too_deep_to_read_is_no_receipt() -> None:
    assert of(200, b"[" * 100_000).meaning is Meaning.NEEDS_A_PERSON


def test_a_coding_that_boxd_does_not_read_is_named() -> None:
    found = of(200, b"\x8b\x00", content_encoding="br")
    assert found.meaning is Meaning.NEEDS_A_PERSON
    assert "coding 'br'" in found.why
