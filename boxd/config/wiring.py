"""Rules on wiring: bays, lockers and operator's keys name devices that exist, fit, are free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from boxd.config.addresses import split
from boxd.config.device_kinds import installed, name_of_kind
from boxd.config.device_schema import DeviceSection
from boxd.config.duplicates import Use, used_twice
from boxd.config.partial import PartialConfig
from boxd.config.schema import Config
from boxd.config.schema_texts import SchemaFinding, nearest
from boxd.config.toml_positions import KeyPath
from boxd.devices import Key, LampName


class WiredPart(Enum):
    """A part that a user needs of a device; the value is its name for people."""

    KEYPAD = "keypad"
    OPERATOR_KEYS = "keys"
    LAMPS = "lamps"
    BUZZER = "buzzer"
    READER = "reader"
    LATCH = "latch"
    DOOR = "door"


@dataclass(frozen=True)
class Need:
    """At `path` the file says that `user` works with a part of the device at this address."""

    path: KeyPath
    user: str
    part: WiredPart
    address: str

    @property
    def device(self) -> str:
        """The name of the device."""
        return split(self.address)[0]


def wiring_faults(partial: PartialConfig) -> Iterator[SchemaFinding]:
    """All faults between the devices and their users."""
    config = partial.config
    yield from used_twice(_ports(config), "two devices can't share a port; name the other one's")
    rows = dict(enumerate(config.devices))
    for kind in installed().values():
        yield from kind.faults(
            {row: each for row, each in rows.items() if isinstance(each, kind.sections)}
        )
    yield from _unmet_needs(partial)
    taken = [
        Use(need.path, need.user, f"the {_OWNED[need.part]} of '{need.device}'")
        for need in _needs(config)
        if need.part in _OWNED
    ]
    yield from used_twice(taken, "one part of a device serves one; name another device")
    yield from _parts_used_twice(partial)


def _ports(config: Config) -> Iterator[Use]:
    shared = set()
    for row, device in enumerate(config.devices):
        at = name_of_kind(device), device.port  # whose package knows all that share it
        if at not in shared:
            yield Use(("devices", row, "port"), f"device '{device.name}'", device.place)
        if device.shares_port:
            shared.add(at)


_NO_READER = "only a device of kind = 'hid' reads codes; name a scanner's, or leave the key out"
_A_DOOR = "it takes a device and one of its doors, e.g. 'door-pad.door-1'"
_OWNED = {
    WiredPart.KEYPAD: "keypad",
    WiredPart.OPERATOR_KEYS: "keypad",
    WiredPart.READER: "keypad",  # a scanner is a keyboard, and can't be both
    WiredPart.LAMPS: "lamps",
    WiredPart.BUZZER: "buzzer",
}


def _needs(config: Config) -> Iterator[Need]:
    for row, bay in enumerate(config.bays):
        user = f"bay '{bay.id}'"
        yield Need(("bays", row, "keypad"), user, WiredPart.KEYPAD, bay.keypad)
        yield Need(("bays", row, "lamps"), user, WiredPart.LAMPS, bay.lamps)
        if bay.buzzer is not None:
            yield Need(("bays", row, "buzzer"), user, WiredPart.BUZZER, bay.buzzer)
        if bay.reader is not None:
            yield Need(("bays", row, "reader"), user, WiredPart.READER, bay.reader)
    if config.operator.keypad is not None:
        path = ("operator", "keypad")
        yield Need(path, "[operator]", WiredPart.OPERATOR_KEYS, config.operator.keypad)
    if config.operator.buzzer is not None:
        yield Need(("operator", "buzzer"), "[operator]", WiredPart.BUZZER, config.operator.buzzer)
    for row, locker in enumerate(config.lockers):
        user = f"locker {locker.id}"
        yield Need(("lockers", row, "latch"), user, WiredPart.LATCH, locker.latch)
        if locker.door is not None:
            yield Need(("lockers", row, "door"), user, WiredPart.DOOR, locker.door)


def _unmet_needs(partial: PartialConfig) -> Iterator[SchemaFinding]:
    devices = {device.name: device for device in partial.config.devices}
    for need in _needs(partial.config):
        if partial.is_doubtful("devices", need.device):
            continue
        said = f"{need.user}: {need.path[-1]} = '{need.address}'"
        if need.part is WiredPart.DOOR and "." not in need.address:
            yield SchemaFinding(need.path, f"{said} can't be; {_A_DOOR}")
        elif need.device not in devices:
            guess = nearest(need.device, devices, "declared are")
            yield SchemaFinding(need.path, f"{said}, but no device has that name; {guess}")
        elif lack := _lack(devices[need.device], need):
            yield SchemaFinding(need.path, f"{said} can't be; {lack}")


def _lack(device: DeviceSection, need: Need) -> str:
    """Why this device can't be that part, and the remedy; empty if it can."""
    part = split(need.address)[1]
    if need.part is WiredPart.LATCH:
        return _lack_of_latch(device, part)
    if need.part is WiredPart.DOOR:
        return _lack_of_door(device, part)
    if part:
        return f"the {need.part.value} of a device are named by the device alone: '{device.name}'"
    if need.part is WiredPart.BUZZER:
        return "" if device.has_buzzer else "that device maps no buzzer; add one to it"
    if need.part is WiredPart.READER:
        return "" if device.has_reader else _NO_READER
    if need.part is WiredPart.LAMPS:
        return _unmapped("lamps", "a bay", LampName, device.lamp_names)
    if need.part is WiredPart.KEYPAD:
        return _unmapped("keys", "a bay's keypad", Key, device.key_names)
    return _unmapped("keys", "the operator's keypad", (Key.ENTER,), device.key_names)


def _lack_of_latch(device: DeviceSection, latch: str) -> str:
    if device.why_no_latch:
        return device.why_no_latch
    known = device.latch_names
    if latch in known or (not latch and len(known) == 1):
        return ""
    if not known:
        return f"'{device.name}' has no latch; give it one: latches = {{ latch-1 = ... }}"
    if not latch:
        return f"'{device.name}' has several latches; name one: {_addresses(device.name, known)}"
    return f"'{device.name}' has no latch '{latch}'; {nearest(latch, known, 'its latches are')}"


def _lack_of_door(device: DeviceSection, door: str) -> str:
    if device.why_no_door:
        return device.why_no_door
    known = device.door_names
    if door in known:
        return ""
    return f"'{device.name}' has no door '{door}'; {nearest(door, known, 'its doors are')}"


def _addresses(device: str, parts: Iterable[str]) -> str:
    return ", ".join(f"'{device}.{part}'" for part in parts)


def _unmapped(
    table: str, user: str, wanted: Iterable[Key | LampName], mapped: Collection[Key | LampName]
) -> str:
    missing = [str(name) for name in wanted if name not in mapped]
    if not missing:
        return ""
    return f"{user} needs {', '.join(missing)}, which its {table} do not map; add them there"


def _parts_used_twice(partial: PartialConfig) -> Iterator[SchemaFinding]:
    """Latches and doors that two lockers share."""
    devices = {device.name: device for device in partial.config.devices}
    latches = [
        Use(need.path, need.user, f"the latch of '{_whole(need, devices)}'")
        for need in _needs(partial.config)
        if need.part is WiredPart.LATCH
    ]
    yield from used_twice(latches, "one part of a device serves one; name another device")
    doors = [
        Use(need.path, need.user, f"the door '{need.address}'")
        for need in _needs(partial.config)
        if need.part is WiredPart.DOOR
    ]
    yield from used_twice(doors, "name another door, or leave the key out where there is no switch")


def _whole(need: Need, devices: dict[str, DeviceSection]) -> str:
    """The address with its part, so that both spellings of an only latch are equal."""
    device = devices.get(need.device)
    if device is None or len(device.latch_names) != 1:
        return need.address
    return need.device
