"""The Pi's pins: no Pi, no header, another library asked for, outputs that stay driven."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.doctor.finding import Grade
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import GPIO, context, expect, findings, write

BCM = "/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs"
RP1 = "/sys/module/pinctrl_rp1/parameters/persist_gpio_outputs"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "boxd.toml"
    file.write_text(GPIO.format(state_dir=tmp_path / "state"))
    return file


def test_a_box_without_pins(resting: RestingBox) -> None:
    for name in ("model", "library", "persistence"):
        expect(context(resting.config), "Pins", name, Grade.SKIPPED, "no device on this Pi's")


def test_a_model(config: Path, tmp_path: Path) -> None:
    expect(context(config, root=tmp_path), "Pins", "model", Grade.FAILED, "this is no Pi")
    write(tmp_path, "/proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
    box = context(config, root=tmp_path)
    expect(box, "Pins", "model", Grade.PASSED, "Raspberry Pi 5 Model B Rev 1.0")


def test_a_machine_without_a_header(config: Path) -> None:
    if list(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has a GPIO chip")
    expect(context(config), "Pins", "library", Grade.FAILED, "no GPIO chip", "is it a Pi?")


def test_another_library_that_the_environment_asks_for(config: Path) -> None:
    box = context(config, environment={"GPIOZERO_PIN_FACTORY": "rpigpio"})
    found = findings(box, "Pins", "library")[0]
    assert found.grade is Grade.FAILED
    assert found.remedy.startswith("unset GPIOZERO_PIN_FACTORY")
    box = context(config, environment={"GPIOZERO_PIN_FACTORY": "lgpio"})
    assert "GPIOZERO" not in findings(box, "Pins", "library")[0].seen


@pytest.mark.parametrize("parameter", [BCM, RP1])
def test_outputs_that_stay_driven(config: Path, tmp_path: Path, parameter: str) -> None:
    write(tmp_path, parameter, "N\n")
    expect(context(config, root=tmp_path), "Pins", "persistence", Grade.PASSED, "lets go")
    write(tmp_path, parameter, "Y\n")
    box = context(config, root=tmp_path)
    expect(box, "Pins", "persistence", Grade.WARNED, "dtparam=strict_gpiod", "tee -a")
    write(tmp_path, "/boot/firmware/config.txt", "[all]\ndtparam=strict_gpiod\n")
    box = context(config, root=tmp_path)
    expect(box, "Pins", "persistence", Grade.WARNED, "sudo reboot   # ", "already")


def test_a_kernel_that_does_not_say(config: Path, tmp_path: Path) -> None:
    expect(context(config, root=tmp_path), "Pins", "persistence", Grade.SKIPPED)
