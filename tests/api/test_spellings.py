"""What people are called, over HTTP: one form, near-twins told, slashes, files known again."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from boxd.roles import Role
from tests.api.live_box import LiveBox

DIGEST = "ab" * 32


async def posted(socket: httpx.AsyncClient, path: str, **body: object) -> Any:
    response = await socket.post(f"/api/v1{path}", json={"actor": "anna", **body})
    assert response.is_success, response.text
    return response.json()


async def batch(
    socket: httpx.AsyncClient, number: int, *attendees: str, **query: str
) -> httpx.Response:
    """What comes of codes for these attendees, as a batch of this number."""
    rows = [json.dumps({"line": line, "attendee": each}) for line, each in enumerate(attendees, 2)]
    return await socket.post(
        f"/api/v1/code-batches/{number:012x}",
        params={"actor": "anna", **query},
        content="\n".join(rows),
    )


async def codes_of(client: httpx.AsyncClient, path: str, box: LiveBox) -> list[Any]:
    token = box.token("app", Role.ATTENDEE_APP)
    response = await client.get(
        f"/api/v1/attendees/{path}/codes?reveal=1", headers={"Authorization": f"Bearer {token}"}
    )
    assert response.is_success, response.text
    return [code["attendee"] for code in response.json()["codes"]]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u3000山田\u3000太郎\u00a0", "山田 太郎"),
        ("Mu\u0308ller\u202e", "Müller"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
    ],
)
async def test_a_name_is_kept_in_one_form(
    socket: httpx.AsyncClient, box: LiveBox, typed: str, kept: str
) -> None:
    box.receive("mug", 1)
    made = await posted(socket, "/codes", attendee=typed)
    assert made["codes"][0]["attendee"] == kept


async def test_a_near_twin_is_told_by_whatever_names_an_attendee(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 3)
    assert (await posted(socket, "/codes", attendee="badge-1"))["near_twins"] == []
    like = [{"attendee": "Badge-1", "like": "badge-1"}]
    assert (await posted(socket, "/codes", attendee="Badge-1"))["near_twins"] == like
    details = await socket.get("/api/v1/attendees/details?name=Badge-1")
    assert details.json()["near_twins"] == like


async def test_a_batch_tells_the_near_twins_of_its_lines_and_of_the_ledger(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 5)
    await posted(socket, "/codes", attendee="ada")
    look = await batch(socket, 1, "Ada", "bob", "BOB", "eve", dry_run="1")
    assert [(each["attendee"], each["like"]) for each in look.json()["near_twins"]] == [
        ("Ada", "ada"),
        ("bob", "BOB"),
    ]


async def test_forgetting_a_name_forgets_its_spellings_and_a_pseudonym_one(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 3)
    for name in ("badge-1", "Badge-1", "badge-2"):
        await posted(socket, "/codes", attendee=name)
    found = (await socket.get("/api/v1/attendees/details?name=badge-2")).json()["attendee"]
    alone = await posted(socket, "/attendees/forget", attendees=[found["pseudonym"]])
    assert alone == {
        "forgotten": 1,
        "pseudonyms": [found["pseudonym"]],
        "histories_left": 0,
    }
    assert (await posted(socket, "/attendees/forget", attendees=["BADGE-1"]))["forgotten"] == 2


@pytest.mark.parametrize("badge", ["hall 3/12", "a/codes/b", "https://example.org/t/1?x=2"])
async def test_a_badge_may_have_slashes(
    tcp: httpx.AsyncClient, socket: httpx.AsyncClient, box: LiveBox, badge: str
) -> None:
    box.receive("mug", 1)
    await posted(socket, "/codes", attendee=badge)
    quoted = badge.replace("/", "%2F").replace("?", "%3F").replace(" ", "%20")
    assert await codes_of(tcp, quoted, box) == [badge]


async def test_an_app_gets_nobody_elses_codes(
    tcp: httpx.AsyncClient, socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 2)
    for name in ("badge-1", "Badge-1"):
        await posted(socket, "/codes", attendee=name)
    assert await codes_of(tcp, "Badge-1", box) == ["Badge-1"]


async def test_a_file_of_prizes_brings_them_once(socket: httpx.AsyncClient, box: LiveBox) -> None:
    body = {"prizes": [{"sku": "mug", "name": "Mug", "units": 2}], "file": {"digest": DIGEST}}
    await posted(socket, "/prizes/import", **body)
    again = await socket.post("/api/v1/prizes/import", json=body | {"actor": "bob"})
    assert again.status_code == 409
    assert "this file brought its prizes already" in again.json()["detail"]
    assert box.on_hand("mug") == 2
    await posted(socket, "/prizes/import", **body | {"file": {"digest": DIGEST, "again": True}})
    assert box.on_hand("mug") == 4


async def test_a_file_of_attendees_gets_its_codes_once(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 4)
    assert (await batch(socket, 1, "ada", digest=DIGEST)).json()["made"]
    assert (await batch(socket, 1, "ada", digest=DIGEST)).json()["made"], "sent once more"
    second = await batch(socket, 2, "ada", digest=DIGEST)
    assert second.status_code == 409
    assert "this file brought its codes already" in second.json()["detail"]
    assert (await batch(socket, 3, "ada", digest=DIGEST, again="1")).json()["made"]
    assert box.on_hand("mug") == 2
