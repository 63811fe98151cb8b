"""Light shows on a running box: as data, at a bay, and with a strip that is not there."""

from __future__ import annotations

from pathlib import Path

import httpx

from boxd.lights.shows import ShowName
from tests.api.live_box import LiveBox, bearer, client, configured, live_box
from tests.ports import free_ports
from tests.temporal.conftest import until

PARTY = '[lights]\nshow = "party"\n[[lights.patterns]]\nmoment = "given"\nsteps = ["success 70"]\n'


async def test_the_shows_are_data(tcp: httpx.AsyncClient) -> None:
    lights = (await tcp.get("/api/v1/lights")).json()
    assert [each["name"] for each in lights["shows"]] == [name.value for name in ShowName]
    assert [each["in_use"] for each in lights["shows"]] == [True, False, False]
    (opened,) = [each for each in lights["shows"][0]["patterns"] if each["moment"] == "opened"]
    assert opened == {
        "moment": "opened",
        "about": "The locker has opened",
        "steps": ["success 120", "standby 120"],
        "repeats": 8,
        "strip": "rainbow",
    }
    assert lights["strips"] == []


async def test_a_moment_is_played_at_a_bay_and_leaves_it_ready(
    tcp: httpx.AsyncClient, box: LiveBox
) -> None:
    def lit() -> set[str]:
        lamps = box.front.state()["bays"]["bay-1"]["lamps"]
        return {name for name, is_lit in lamps.items() if is_lit}

    await until(lambda: lit() == {"success"}, "the bay is ready")
    asked = {"show": "classic", "moment": "refused"}
    assert (await tcp.post("/api/v1/bays/bay-1/lights", json=asked)).status_code == 200
    await until(lambda: lit() == {"failure"}, "the pattern")
    await until(lambda: lit() == {"success"}, "it is over")


async def test_a_bay_that_serves_somebody_is_left_alone(
    tcp: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 1)
    box.parts.bays["bay-1"].follow(box.claim("r-1", "mug"))
    asked = {"show": "party", "moment": "opened"}
    answer = await tcp.post("/api/v1/bays/bay-1/lights", json=asked)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "the bay is in use; try again once nobody is using it",
    )
    answer = await tcp.post("/api/v1/bays/bay-9/lights", json=asked)
    assert answer.status_code == 404
    answer = await tcp.post("/api/v1/bays/bay-1/lights", json={"show": "disco", "moment": "x"})
    assert answer.status_code == 422


async def test_the_box_shows_what_its_configuration_says(tmp_path: Path) -> None:
    async with live_box(configured(tmp_path, PARTY)) as box:
        app = client(box.application().for_phones(), **bearer(box.token("screen")))
        shows = (await app.get("/api/v1/lights")).json()["shows"]
    assert [each["in_use"] for each in shows] == [False, True, False]
    (given,) = [each for each in shows[1]["patterns"] if each["moment"] == "given"]
    assert given["steps"] == ["success 70"]


async def test_codes_are_taken_while_a_strip_is_away(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    strip = (
        f'[lights]\n[[lights.strips]]\nbay = "bay-1"\nhost = "127.0.0.1"\nport = {port}\nleds = 9\n'
    )
    async with live_box(configured(tmp_path, strip)) as box:
        app = client(box.application().for_phones(), **bearer(box.token("screen")))
        await until(lambda: box.parts.strips[0].why, "the strip is missed")
        (told,) = (await app.get("/api/v1/lights")).json()["strips"]
        assert told["why"].startswith("its controller can't be reached")
        box.receive("mug", 1)
        bay = box.parts.bays["bay-1"]
        await box.front.press("bay-1", [*box.issue("mug")["code"], "Enter"])
        await until(lambda: bay.view().lamps == "load", "the code is accepted")
