"""Rules on a notes device's map: one meaning per number, and none that CodeTV boards use."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.config.duplicates import Use, used_twice
from boxd.config.schema_texts import SchemaFinding
from boxd.midi.sections import MidiControl, NotesDevice, NotesKey

Named = list[tuple[tuple[str, ...], MidiControl]]


def notes_faults(row: int, device: NotesDevice) -> Iterator[SchemaFinding]:
    """All faults within the `row`th device of the file."""
    if device.port.startswith("CodeTV Board"):
        text = (
            f"device '{device.name}': port = '{device.port}' can't be; notes must never be sent"
            " to a CodeTV board: write kind = 'codetv'"
        )
        yield SchemaFinding(("devices", row, "port"), text)
    # A pad that lights its own key receives and sends one note, so each direction counts alone.
    for controls in (_heard(device), _told(device)):
        uses = [_use(row, device, path, control) for path, control in controls]
        yield from used_twice(uses, "give each a number of its own")


def _heard(device: NotesDevice) -> Named:
    keys: Named = [(("keys", key), control) for key, control in device.keys.items()]
    return keys + [(("doors", door), control) for door, control in device.doors.items()]


def _told(device: NotesDevice) -> Named:
    told: Named = [
        (("lamps", lamp), control)
        for lamp, lights in device.lamps.items()
        for control in lights.controls
    ]
    if device.buzzer is not None:
        told.append((("buzzer",), device.buzzer))
    if device.ask_state is not None:
        told.append((("ask_state",), device.ask_state))
    return told


def _use(row: int, device: NotesDevice, path: tuple[str, ...], control: MidiControl) -> Use:
    user = f"device '{device.name}': {'.'.join(path)}"
    numbers = {"note": control.note, "control": control.control}
    if isinstance(control, NotesKey):
        numbers["program"] = control.program
    number = next(f"{kind} {each}" for kind, each in numbers.items() if each is not None)
    if control.channel not in (None, device.channel):
        number += f" on channel {control.channel}"
    return Use(("devices", row, *path), user, number)
