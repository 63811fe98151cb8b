"""The configuration that the set-up writes is one that boxd takes, whatever is plugged in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from boxd.config.reading import load
from boxd.devices import UnconfiguredDevice
from boxd.set_up.choices import Choices, PhonesWay
from boxd.set_up.configuration import configured, public_url
from boxd.set_up.found import FoundDevices, find_devices, layout_of
from boxd.unconfigured_serial import unconfigured_serial

CHOICES = Choices('Fair "2027" \\ 会場', "Eva", "ja", "Asia/Tokyo", "jp", PhonesWay.OWN)
ARDUINO = unconfigured_serial("/dev/serial/by-id/usb-Arduino_Uno_1")


def written(tmp_path: Path, choices: Choices, found: FoundDevices) -> Path:
    file = tmp_path / "boxd.toml"
    file.write_text(configured(choices, found, "box-12ab34", "the manual"), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("boards", "bays", "lockers", "operator"),
    [
        ((2,), ["board-2"], ["board-2"], None),
        ((0, 1), ["board-0"], ["board-0", "board-1"], "board-1"),
        ((0, 1, 3), ["board-0", "board-1"], ["board-0", "board-3", "board-1"], "board-3"),
        (
            (0, 1, 2, 3),
            ["board-0", "board-1"],
            ["board-0", "board-2", "board-1", "board-3"],
            "board-3",
        ),
    ],
)
def test_each_board_has_its_place(
    tmp_path: Path,
    boards: tuple[int, ...],
    bays: list[str],
    lockers: list[str],
    operator: str | None,
) -> None:
    config = load(written(tmp_path, CHOICES, FoundDevices(boards)))
    assert [each.keypad for each in config.bays] == bays
    assert [each.latch for each in config.lockers] == lockers
    assert config.operator.keypad == operator
    assert config.midi.backend == "alsa"


def test_without_boards_the_box_is_tried_in_simulation(tmp_path: Path) -> None:
    config = load(written(tmp_path, replace(CHOICES, simulated=True), FoundDevices()))
    assert config.simulation.enabled
    assert len(config.bays) == 2


def test_the_answers_are_in_it(tmp_path: Path) -> None:
    config = load(written(tmp_path, CHOICES, FoundDevices((0,))))
    assert (config.box.id, config.box.name) == ("box-12ab34", CHOICES.name)
    assert config.box.language == "ja"
    assert config.schedules.time_zone == "Asia/Tokyo"
    assert config.phones.public_url == "http://10.42.0.1:4322"


def test_what_else_is_plugged_in_is_proposed_and_not_used(tmp_path: Path) -> None:
    file = written(tmp_path, CHOICES, FoundDevices((0,), (ARDUINO,)))
    assert '# port = "/dev/serial/by-id/usb-Arduino_Uno_1"' in file.read_text(encoding="utf-8")
    assert [each.name for each in load(file).devices] == ["board-0"]


def test_a_hostile_section_stays_a_comment(tmp_path: Path) -> None:
    section = "a\n[[devices]]\nkind = 'codetv'"
    other = UnconfiguredDevice("serial", f"x\n{section}", "", section)
    config = load(written(tmp_path, CHOICES, FoundDevices((0,), (other,))))
    assert len(config.devices) == 1


def test_on_a_foreign_network_phones_find_the_box_by_its_name() -> None:
    for way in (PhonesWay.WLAN, PhonesWay.CABLE):
        assert public_url(replace(CHOICES, way=way), "box-1") == "http://box-1.local:4322"


def test_boards_are_found_as_the_kernel_lists_them(tmp_path: Path) -> None:
    clients = tmp_path / "clients"
    lines = ('Client  20 : "CodeTV Board 2" [Kernel]', 'Client  24 : "CodeTV Board 0" [Kernel]')
    clients.write_text("\n".join((*lines, 'Client  28 : "Door Pad" [Kernel]')), encoding="utf-8")
    assert find_devices(clients).boards == (0, 2)
    assert find_devices(tmp_path / "none").boards == ()


def test_no_board_makes_no_layout() -> None:
    assert layout_of(()).lockers == ()
