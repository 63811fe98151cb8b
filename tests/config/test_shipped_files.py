"""The two configuration files that come with boxd: they load, and they are the manual."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from boxd.arduino import sections as arduino
from boxd.config import device_schema, load, schema
from boxd.config.schema import MidiBackend
from boxd.config.values import Section
from boxd.gpio import sections as gpio
from boxd.hid import sections as hid
from boxd.midi import sections as midi

CONFIG = Path(__file__).parents[2] / "config"
FILES = ("sim.toml", "codetv.toml")
BARE = (BaseModel, Section, schema.Config, device_schema.DeviceSection)
MIDI = (
    midi.CodetvDevice,
    midi.NotesDevice,
    midi.MidiControl,
    midi.NotesKey,
    midi.NotesLamp,
)


def sections() -> list[type[BaseModel]]:
    kinds = [kind for kind in vars(schema).values() if isinstance(kind, type)]
    general = [kind for kind in kinds if issubclass(kind, BaseModel) and kind not in BARE]
    return [*general, *MIDI]


def every_key() -> set[str]:
    keys = {key for section in sections() for key in section.model_fields}
    return keys | {str(key) for key in schema.Config.model_fields}


@pytest.mark.parametrize("name", FILES)
def test_every_section_and_key_is_explained(name: str) -> None:
    text = (CONFIG / name).read_text()
    mentioned = set(re.findall(r"[a-z_]+", text))

    assert every_key() - mentioned == set()


@pytest.mark.parametrize("name", FILES)
def test_every_default_in_a_comment_is_the_default(name: str) -> None:
    defaults = {
        key: field.default for section in sections() for key, field in section.model_fields.items()
    }
    commented = re.findall(r"^# ([a-z_]+) = (\S+)$", (CONFIG / name).read_text(), re.MULTILINE)
    checked = 0
    for key, value in commented:
        if isinstance(defaults[key], bool | int | float) and value[0] not in "{[":
            shown = str(defaults[key]).lower()
            assert (key, shown) == (key, value)
            checked += 1
    assert checked >= 7


def test_every_key_of_pins_and_arduinos_is_explained() -> None:
    mentioned = set(re.findall(r"[a-z_]+", (CONFIG / "mixed.toml").read_text()))
    named = {**vars(gpio), **vars(arduino), **vars(hid)}
    kinds = (kind for kind in named.values() if isinstance(kind, type))
    keys = {
        key
        for kind in kinds
        if issubclass(kind, BaseModel) and kind not in (*BARE, *MIDI)
        for key in kind.model_fields
    }

    assert len(keys) >= 20
    assert keys - mentioned == set()


def test_the_mixed_box_exists_real_and_simulated_alike() -> None:
    real, simulated = (load(CONFIG / name) for name in ("mixed.toml", "sim-mixed.toml"))

    assert simulated.lockers == real.lockers
    assert [device.kind for device in real.devices] == ["codetv", "gpio", "arduino"]
    assert [locker.latch.split(".")[0] for locker in real.lockers] == ["pins", *["cabinet"] * 6]


def test_the_simulated_box_has_two_bays_of_two_lockers_one_without_a_switch() -> None:
    config = load(CONFIG / "sim.toml")

    assert [len(config.lockers_of(bay.id)) for bay in config.bays] == [2, 2]
    assert [locker.door for locker in config.lockers][3] is None
    assert config.simulation.enabled
    assert config.midi.backend is MidiBackend.SIMULATION
    assert config.box.state_dir == CONFIG.parent / "var" / "sim"


def test_the_real_box_has_no_simulation_and_keeps_its_state_where_services_do() -> None:
    config = load(CONFIG / "codetv.toml")

    assert not config.simulation.enabled
    assert config.midi.backend is MidiBackend.ALSA
    assert config.ledger_file == Path("/var/lib/boxd/ledger.db")
    assert config.operator.keypad not in {bay.keypad for bay in config.bays}
