"""The description is whole, and so is the page about the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from boxd.api.listener import ListenerKind
from boxd.api.openapi import document
from boxd.api.table import OPERATIONS
from boxd.staff.service import COOKIE
from boxd.web.problems import KINDS

ROOT = Path(__file__).parents[2]
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def described(door: ListenerKind) -> dict[str, Any]:
    return document(OPERATIONS, door)


def operations(door: ListenerKind) -> dict[tuple[str, str], dict[str, Any]]:
    paths = described(door)["paths"]
    return {
        (method.upper(), path): told for path, methods in paths.items() for method, told in
        methods.items()
    }  # fmt: skip


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from within(inner)


@pytest.mark.parametrize("door", [*ListenerKind])
def test_every_operation_that_is_offered_is_described(door: ListenerKind) -> None:
    offered = {
        (each.method, each.path)
        for each in OPERATIONS
        if door is ListenerKind.SOCKET or not each.socket_only
    }
    assert set(operations(door)) == offered


def test_names_are_the_operations_own() -> None:
    names = [told["operationId"] for told in operations(ListenerKind.SOCKET).values()]
    assert len(names) == len(set(names))
    assert all(told["summary"] for told in operations(ListenerKind.SOCKET).values())


def test_references_lead_somewhere_and_no_limit_is_lost() -> None:
    whole = described(ListenerKind.SOCKET)
    schemas = whole["components"]["schemas"]
    for each in within(whole):
        reference = each.get("$ref", "")
        assert reference.rpartition("/")[2] in {"", *schemas}
        assert not {"ge", "le", "gt", "lt"} & each.keys()


def test_only_the_operators_screen_needs_no_token() -> None:
    free = {
        name for name, told in operations(ListenerKind.LOOPBACK).items() if {} in told["security"]
    }
    assert free == {(each.method, each.path) for each in OPERATIONS if each.hud}
    by_network: list[dict[str, list[str]]] = [{"token": []}, {"staff": []}]
    assert all(told["security"] == by_network for told in operations(ListenerKind.PHONES).values())
    assert all(told["security"] == [] for told in operations(ListenerKind.SOCKET).values())


@pytest.mark.parametrize("door", [*ListenerKind])
def test_what_opens_a_listener_is_described_as_it_is(door: ListenerKind) -> None:
    whole = described(door)
    schemes = whole["components"]["securitySchemes"]
    about = " ".join(whole["info"]["description"].split())
    if door is ListenerKind.SOCKET:
        assert (schemes, "who may open its file may do everything" in about) == ({}, True)
        return
    assert (schemes["token"]["type"], schemes["token"]["scheme"]) == ("http", "bearer")
    assert [schemes["staff"][each] for each in ("type", "in", "name")] == [
        "apiKey",
        "cookie",
        COOKIE,
    ]
    assert "the session of a person of the staff" in about


def test_a_query_is_described_as_needed_where_it_is_refused_without() -> None:
    told = operations(ListenerKind.SOCKET)
    needed = {
        (name, each["name"])
        for name, each_told in told.items()
        for each in each_told["parameters"]
        if each["in"] == "query" and each["required"]
    }
    wanted = {
        ((each.method, each.path), name)
        for each in OPERATIONS
        if each.signature.query is not None
        for name, field in each.signature.query.model_fields.items()
        if field.is_required()
    }
    assert needed == wanted and (("GET", "/api/v1/attendees/details"), "name") in needed


async def test_it_is_served_to_everybody(tcp: httpx.AsyncClient) -> None:
    response = await tcp.get("/api/v1/openapi.json")
    assert response.json() == json.loads(json.dumps(described(ListenerKind.LOOPBACK)))


def test_every_kind_of_problem_is_explained() -> None:
    source = "\n".join(file.read_text() for file in sorted((ROOT / "boxd/web").glob("*.py")))
    made = set(re.findall(r"(?:RequestError|problem)\(\s*\d+, \"([a-z-]+)\"", source))
    made |= {kind for _, kind, _ in KINDS.values()} | {"token-needed", "token-unknown"}
    assert {kind for kind in made if f"`{kind}`" not in API} == set()
