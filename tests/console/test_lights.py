"""The light shows in the console: seen by those who watch, played by those who run the box."""

from __future__ import annotations

import re

from boxd.lights.shows import ShowName, show_named
from boxd.roles import Role
from tests.console.conftest import Console, Person
from tests.temporal.conftest import until


async def test_every_show_and_moment_is_there_to_look_at(organiser: Person) -> None:
    page = await organiser.browser.get("/o/lights")
    assert len(re.findall(r'data-steps="[^"]+"', page.text)) == 3 * 17
    said = await organiser.see("/o/lights")
    assert "Classic in use" in said
    assert "The locker has opened" in said


async def test_a_moment_is_played_at_a_bay(console: Console, organiser: Person) -> None:
    def lit() -> set[str]:
        lamps = console.box.front.state()["bays"]["bay-2"]["lamps"]
        return {name for name, is_lit in lamps.items() if is_lit}

    await until(lambda: lit() == {"success"}, "the bay is ready")
    chosen = {"bay": "bay-2", "show": "calm", "moment": "refused"}
    assert "The bay plays it now." in await organiser.press("/o/lights/play", **chosen)
    await until(lambda: lit() == {"failure"}, "the pattern")


async def test_a_show_is_chosen_used_at_once_and_given_back_to_the_file(
    console: Console, organiser: Person
) -> None:
    bay = console.box.parts.bays["bay-1"]
    await organiser.press("/o/lights/choose", show="calm")
    said = await organiser.see("/o/lights")
    assert "Calm in use" in said
    assert "Use the show of the configuration file again: Classic" in said
    await until(lambda: bay.lights == show_named(ShowName.CALM), "the bay uses it")
    await organiser.press("/o/lights/choose")
    assert "Classic in use" in await organiser.see("/o/lights")
    await until(lambda: bay.lights == show_named(ShowName.CLASSIC), "the file's again")
    assert len(console.actions("light_show.chosen")) == 2
    assert "Choose a show" in await organiser.press("/o/lights/choose", 422, show="disco")


async def test_what_is_no_show_is_refused_in_words(organiser: Person) -> None:
    said = await organiser.press("/o/lights/play", 422, bay="bay-1", show="disco", moment="ready")
    assert "Choose a show and a moment from the lists." in said


async def test_who_only_watches_sees_them_and_plays_nothing(console: Console) -> None:
    viewer = await console.person(Role.VIEWER, "Vera")
    assert "Play it" not in await viewer.see("/o/lights")
    assert "Use this show" not in await viewer.see("/o/lights")
    await viewer.press("/o/lights/choose", 403, show="calm")
    await viewer.press("/o/lights/play", 403, bay="bay-1", show="calm", moment="opened")
