"""The simulated front, as programs use it."""

from __future__ import annotations

import httpx

from tests.web.double import FrontDouble


async def test_keys_are_pressed_in_their_order(tcp: httpx.AsyncClient, front: FrontDouble) -> None:
    keys = {"keys": ["1", "2", "Enter"]}
    assert (await tcp.post("/sim/api/bays/bay-1/keys", json=keys)).status_code == 200
    await tcp.post("/sim/api/operator/keys", json={"keys": ["Cancel"]})
    assert front.pressed == [
        ("bay-1", "1"),
        ("bay-1", "2"),
        ("bay-1", "Enter"),
        ("operator", "Cancel"),
    ]


async def test_an_unknown_bay_is_named(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/sim/api/bays/bay-9/keys", json={"keys": ["1"]})
    assert (response.status_code, response.json()["detail"]) == (
        404,
        "there is no bay 'bay-9'; bays: bay-1, bay-2",
    )


async def test_a_door_is_moved_and_the_answer_shows_it(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/sim/api/lockers/2/door", json={"state": "open"})
    assert response.json()["lockers"]["2"]["door"] == "open"
    assert (await tcp.get("/sim/api/state")).json() == response.json()


async def test_a_fault_names_its_part_and_key(tcp: httpx.AsyncClient, front: FrontDouble) -> None:
    await tcp.post("/sim/api/faults", json={"device": "board-0", "fault": "stick", "key": "5"})
    await tcp.post("/sim/api/faults", json={"device": "locker-1", "fault": "jam"})
    assert front.faults == [("board-0", "stick", "5"), ("locker-1", "jam", "")]


async def test_an_unknown_fault_is_refused(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/sim/api/faults", json={"device": "board-0", "fault": "explode"})
    assert (response.status_code, "one of: unplug" in response.json()["detail"]) == (409, True)
