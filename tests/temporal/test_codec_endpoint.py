"""The codec endpoint opens sealed payloads for whoever has its token, and for nobody else."""

from __future__ import annotations

import asyncio
import base64
import json

import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import WorkflowSerializationContext

from boxd.temporal.codec_endpoint import codec_endpoint
from boxd.temporal.message_converter import sealed_converter
from boxd.temporal.seal import Seal

SEAL = Seal(b"1" * 32)
PAGES = "http://localhost:8233"


def sealed(value: str) -> dict[str, object]:
    context = WorkflowSerializationContext("default", "task-1")
    encoding = sealed_converter(SEAL).with_context(context).encode([value])
    [payload] = asyncio.run(encoding)
    return MessageToDict(Payloads(payloads=[payload]))


def shown(answer: httpx.Response) -> list[object]:
    payloads = answer.raise_for_status().json()["payloads"]
    return [json.loads(base64.b64decode(each["data"])) for each in payloads]


def test_it_opens_what_the_box_sealed_for_any_workflow() -> None:
    asked = sealed("in clear")
    with codec_endpoint(SEAL, "default") as address:
        assert shown(httpx.post(f"{address}/decode", json=asked)) == ["in clear"]


def test_it_gives_back_what_the_box_did_not_seal() -> None:
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'"as it was"')
    other = sealed("another box's")
    with codec_endpoint(Seal(b"2" * 32), "default") as address:
        asked = MessageToDict(Payloads(payloads=[plain]))
        assert shown(httpx.post(f"{address}/decode", json=asked)) == ["as it was"]
        assert httpx.post(f"{address}/decode", json=other).json() == other


@pytest.mark.parametrize("path", ["/decode", "/wrong/decode", "/"])
def test_it_opens_nothing_without_its_token(path: str) -> None:
    asked = sealed("in clear")
    with codec_endpoint(SEAL, "default", PAGES) as address:
        origin = address.rpartition("/")[0]
        assert httpx.post(origin + path, json=asked).status_code == 404


def test_it_seals_nothing() -> None:
    with codec_endpoint(SEAL, "default") as address:
        assert httpx.post(f"{address}/encode", json={"payloads": []}).status_code == 404


@pytest.mark.parametrize("body", [b"{", b'{"payloads": 1}', b"[1]", b"5"])
def test_nonsense_is_told_to_be_that(body: bytes) -> None:
    with codec_endpoint(SEAL, "default") as address:
        assert httpx.post(f"{address}/decode", content=body).status_code == 400


@pytest.mark.parametrize(("origin", "allowed"), [(PAGES, PAGES), ("https://example.org", None)])
def test_a_browser_may_ask_from_temporals_pages_alone(origin: str, allowed: str | None) -> None:
    with codec_endpoint(SEAL, "default", PAGES) as address:
        answer = httpx.options(f"{address}/decode", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
