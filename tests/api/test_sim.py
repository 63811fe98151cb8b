"""The simulated front, as programs use it."""

from __future__ import annotations

import httpx

from tests.api.live_box import LiveBox


async def test_keys_are_pressed_in_their_order(tcp: httpx.AsyncClient, box: LiveBox) -> None:
    pressed: list[tuple[str, str]] = []
    box.parts.device_tests.watch(
        lambda event: pressed.append((event.device, f"{event.part} {event.value}")), lambda _: True
    )
    keys = {"keys": ["1", "2", "Cancel"]}
    assert (await tcp.post("/sim/api/bays/bay-1/keys", json=keys)).status_code == 200
    await tcp.post("/sim/api/operator/keys", json={"keys": ["Cancel"]})
    assert [(device, key) for device, key in pressed if key.endswith("touched")] == [
        ("board-0", "1 touched"),
        ("board-0", "2 touched"),
        ("board-0", "Cancel touched"),
        ("operator-pad", "Cancel touched"),
    ]


async def test_an_unknown_bay_is_named(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/sim/api/bays/bay-9/keys", json={"keys": ["1"]})
    assert (response.status_code, response.json()["detail"]) == (
        422,
        "there is no bay 'bay-9'; the bays: bay-1, bay-2",
    )


async def test_a_door_is_moved_and_the_answer_shows_it(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/sim/api/lockers/2/door", json={"state": "open"})
    assert response.json()["lockers"]["2"]["door"] == "open"
    assert (await tcp.get("/sim/api/state")).json() == response.json()


async def test_a_fault_is_injected_and_mended(tcp: httpx.AsyncClient) -> None:
    broken = await tcp.post("/sim/api/faults", json={"device": "locker-1", "fault": "jam"})
    assert broken.json()["lockers"]["1"]["jammed"]
    mended = await tcp.post("/sim/api/faults", json={"device": "locker-1", "fault": "unjam"})
    assert not mended.json()["lockers"]["1"]["jammed"]


async def test_an_unknown_fault_is_refused(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post("/sim/api/faults", json={"device": "board-0", "fault": "explode"})
    assert (response.status_code, "unplug" in response.json()["detail"]) == (422, True)
