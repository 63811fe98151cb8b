"""Lamps and buzzer on pins, as the pins' time line shows them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from boxd.devices import LampName
from tests.gpio.booth import gpio_device, running
from tests.midi.waiting import until

LAMP, BUZZER = 5, 12


@pytest.mark.parametrize(("on", "lit"), [("high", True), ("low", False)])
async def test_a_lamp_is_lit_by_the_level_that_the_configuration_says(
    tmp_path: Path, on: str, lit: bool
) -> None:
    device = gpio_device(lamps={"standby": {"pin": LAMP, "on": on}})
    async with running(tmp_path, device) as booth:
        lamp, shown = booth.device.lamps[LampName.STANDBY], []
        assert booth.wiring.level(LAMP) is not lit
        for wanted in (True, False, True):
            lamp.set(wanted)
            lamp.set(wanted)
            shown.append(lit if wanted else not lit)
            assert booth.wiring.level(LAMP) is shown[-1]
            await until(lambda: booth.outputs(LAMP) == shown)


@pytest.mark.parametrize("on", ["high", "low"])
async def test_outputs_are_off_from_their_first_moment_until_they_are_let_go(
    tmp_path: Path, on: str
) -> None:
    device = gpio_device(
        lamps={"success": {"pin": LAMP, "on": on}}, buzzer={"pin": BUZZER, "on": on}
    )
    is_lit = on == "high"
    async with running(tmp_path, device) as booth:
        await asyncio.sleep(0.02)
        assert booth.outputs(LAMP) == booth.outputs(BUZZER) == []
        booth.device.lamps[LampName.SUCCESS].set(True)
        booth.sound(5000)
        for pin in (LAMP, BUZZER):
            await until(lambda pin=pin: booth.outputs(pin) == [is_lit])
        await booth.bus.close()
        for pin in (LAMP, BUZZER):
            await until(lambda pin=pin: booth.outputs(pin) == [is_lit, not is_lit])
            assert not booth.memory.is_output(pin)


async def test_a_buzzer_ends_by_itself(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(buzzer=BUZZER)) as booth:
        booth.sound(50)
        await until(lambda: booth.outputs(BUZZER) == [True, False])
        begun, ended = (change.at for change in booth.wiring.changes(BUZZER))
        assert 0.045 <= ended - begun < 1


async def test_a_sound_that_follows_another_lasts_its_own_time(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(buzzer=BUZZER)) as booth:
        booth.sound(30)
        await asyncio.sleep(0.015)
        booth.sound(60)
        await until(lambda: booth.outputs(BUZZER) == [True, False])
        begun, ended = (change.at for change in booth.wiring.changes(BUZZER))
        assert ended - begun >= 0.070
        booth.sound(0)
        assert booth.outputs(BUZZER) == [True, False]


async def test_a_lamp_of_a_bus_that_was_closed_stays_dark(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(lamps={"failure": LAMP})) as booth:
        await booth.bus.close()
        booth.device.lamps[LampName.FAILURE].set(True)
        assert not booth.wiring.level(LAMP)
