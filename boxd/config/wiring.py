"""Whether bays, lockers and the operator's keys name devices that exist, can do it and are free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from boxd.config.draft import Draft
from boxd.config.locate import KeyPath
from boxd.config.notes import notes_faults
from boxd.config.schema import CodetvDevice, Config, NotesDevice
from boxd.config.uses import Use, used_twice
from boxd.config.wording import Finding, nearest
from boxd.devices import Key, LampName

AnyDevice = CodetvDevice | NotesDevice


class Part(Enum):
    """What somebody needs of a device; the value is what it is called."""

    KEYPAD = "keypad"
    OPERATOR_KEYS = "keys"
    LAMPS = "lamps"
    BUZZER = "buzzer"
    LATCH = "latch"


@dataclass(frozen=True)
class Need:
    """At `path` the file says that `user` works with a part of the device of this name."""

    path: KeyPath
    user: str
    part: Part
    device: str


def wiring_faults(draft: Draft) -> Iterator[Finding]:
    """Everything that is wrong between the devices and those who use them."""
    config = draft.config
    ports = [
        Use(("devices", row, "port"), f"device '{device.name}'", f"the port '{device.port}'")
        for row, device in enumerate(config.devices)
    ]
    yield from used_twice(ports, "two devices can't share a port; name the other one's")
    for row, device in enumerate(config.devices):
        if isinstance(device, NotesDevice):
            yield from notes_faults(row, device)
    yield from _unmet_needs(draft)
    yield from _door_faults(draft)
    taken = [
        Use(need.path, need.user, f"the {_OWNED[need.part]} of '{need.device}'")
        for need in _needs(config)
    ]
    yield from used_twice(taken, "one part of a device serves one; name another device")
    doors = [
        Use(("lockers", row, "door"), f"locker {locker.id}", f"the door '{locker.door}'")
        for row, locker in enumerate(config.lockers)
        if locker.door is not None
    ]
    yield from used_twice(doors, "name another door, or leave the key out where there is no switch")


_NO_LATCH = (
    "nothing on a notes device bounds how long a latch is on, and a coil left on burns; name a"
    " codetv device"
)
_OWNED = {
    Part.KEYPAD: "keypad",
    Part.OPERATOR_KEYS: "keypad",
    Part.LAMPS: "lamps",
    Part.BUZZER: "buzzer",
    Part.LATCH: "latch",
}


def _needs(config: Config) -> Iterator[Need]:
    for row, bay in enumerate(config.bays):
        user = f"bay '{bay.id}'"
        yield Need(("bays", row, "keypad"), user, Part.KEYPAD, bay.keypad)
        yield Need(("bays", row, "lamps"), user, Part.LAMPS, bay.lamps)
        if bay.buzzer is not None:
            yield Need(("bays", row, "buzzer"), user, Part.BUZZER, bay.buzzer)
    if config.operator.keypad is not None:
        path = ("operator", "keypad")
        yield Need(path, "[operator]", Part.OPERATOR_KEYS, config.operator.keypad)
    if config.operator.buzzer is not None:
        yield Need(("operator", "buzzer"), "[operator]", Part.BUZZER, config.operator.buzzer)
    for row, locker in enumerate(config.lockers):
        yield Need(("lockers", row, "latch"), f"locker {locker.id}", Part.LATCH, locker.latch)


def _unmet_needs(draft: Draft) -> Iterator[Finding]:
    devices = {device.name: device for device in draft.config.devices}
    for need in _needs(draft.config):
        if draft.is_doubtful("devices", need.device):
            continue
        key = need.path[-1]
        if need.device not in devices:
            guess = nearest(need.device, devices, "declared are")
            text = f"{need.user}: {key} = '{need.device}', but no device has that name; {guess}"
            yield Finding(need.path, text)
            continue
        lack = _lack(devices[need.device], need.part)
        if lack:
            text = f"{need.user}: {key} = '{need.device}' can't be; {lack}"
            yield Finding(need.path, text)


def _lack(device: AnyDevice, part: Part) -> str:
    """Why this device can't be that part, and the remedy; empty when it can."""
    if isinstance(device, CodetvDevice):
        return ""
    lacks = {
        Part.KEYPAD: _unmapped("keys", "a bay's keypad", Key, device.keys),
        Part.OPERATOR_KEYS: _unmapped("keys", "the operator's keypad", (Key.ENTER,), device.keys),
        Part.LAMPS: _unmapped("lamps", "a bay", LampName, device.lamps),
        Part.BUZZER: "" if device.buzzer else "that device maps no buzzer; add one to it",
        Part.LATCH: _NO_LATCH,
    }
    return lacks[part]


def _unmapped(
    table: str, user: str, wanted: Iterable[Key | LampName], mapped: Iterable[Key | LampName]
) -> str:
    missing = [str(name) for name in wanted if name not in mapped]
    if not missing:
        return ""
    return f"{user} needs {', '.join(missing)}, which its {table} do not map; add them there"


def _door_faults(draft: Draft) -> Iterator[Finding]:
    devices = {device.name: device for device in draft.config.devices}
    for row, locker in enumerate(draft.config.lockers):
        name, _, door = (locker.door or "").partition(".")
        if locker.door is None or draft.is_doubtful("devices", name):
            continue
        fault = _door_fault(name, door, devices)
        if fault:
            text = f"locker {locker.id}: door = '{locker.door}' can't be; {fault}"
            yield Finding(("lockers", row, "door"), text)


def _door_fault(name: str, door: str, devices: dict[str, AnyDevice]) -> str:
    device = devices.get(name)
    if not door:
        return "it takes a device and one of its doors, e.g. 'door-pad.door-1'"
    if device is None:
        return f"no device is named '{name}'; {nearest(name, devices, 'declared are')}"
    if isinstance(device, CodetvDevice):
        return "a CodeTV board has no door switch; name a notes device's door or leave the key out"
    if door not in device.doors:
        return f"'{name}' has no door '{door}'; {nearest(door, device.doors, 'its doors are')}"
    return ""
