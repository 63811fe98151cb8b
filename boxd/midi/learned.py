"""A learned device as a section of the configuration file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from boxd.devices import Key, LampName
from boxd.midi.finding import WantedDevice
from boxd.midi.learning import LearnedKey, Signal

LONGEST_NAME = 32


@dataclass(frozen=True)
class LearnedLamp:
    """What lights a lamp, and the values for on and off."""

    signal: Signal
    on: int = 127
    off: int = 0


@dataclass(frozen=True)
class LearnedDevice:
    """A device as it was learned, and how the configuration identifies it."""

    name: str
    wanted: WantedDevice
    keys: Mapping[Key, LearnedKey] = field(default_factory=dict)
    lamps: Mapping[LampName, LearnedLamp] = field(default_factory=dict)


def name_for(port: str, taken: Collection[str] = ()) -> str:
    """A valid name, made from the port's, that no other device has."""
    words = "-".join(re.findall(r"[a-z0-9]+", port.lower()))
    name = (words if words[:1].isalpha() else f"pad-{words}".rstrip("-"))[:LONGEST_NAME]
    number = 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name[: LONGEST_NAME - 3]}-{number}"
    return unique


def section(device: LearnedDevice) -> str:
    """The `[[devices]]` section, ready to be appended to a configuration file."""
    channel = _usual_channel(device)
    head = [
        "[[devices]]",
        'kind = "notes"',
        f"name = {json.dumps(device.name)}",
        *device.wanted.lines,
    ]
    if channel != 1:
        head.append(f"channel = {channel}")
    return "\n".join([*head, *_keys(device, channel), *_lamps(device, channel), ""])


def _usual_channel(device: LearnedDevice) -> int:
    counted = Counter(key.signal.channel for key in device.keys.values())
    counted.update(lamp.signal.channel for lamp in device.lamps.values())
    return counted.most_common(1)[0][0] if counted else 1


def _keys(device: LearnedDevice, channel: int) -> Iterator[str]:
    if device.keys:
        yield from ("", "[devices.keys]")
    for key, learned in device.keys.items():
        values = _values(learned.signal, learned.on, learned.off, channel)
        values |= {"taps": "true"} if learned.taps else {}
        values |= {"pressure": "true"} if learned.pressure else {}
        yield f"{key} = {_written(values)}"


def _lamps(device: LearnedDevice, channel: int) -> Iterator[str]:
    if device.lamps:
        yield from ("", "[devices.lamps]")
    for lamp, learned in device.lamps.items():
        values = _values(learned.signal, learned.on, learned.off, channel)
        yield f"{lamp} = {_written(values)}"


def _values(signal: Signal, on: int, off: int, channel: int) -> dict[str, str]:
    values = {str(signal.kind): str(signal.number)}
    if (on, off) != (127, 0):
        values |= {"on": str(on), "off": str(off)}
    if signal.channel != channel:
        values["channel"] = str(signal.channel)
    return values


def _written(values: Mapping[str, str]) -> str:
    """The short form if the note is enough."""
    if list(values) == ["note"]:
        return values["note"]
    return "{ " + ", ".join(f"{key} = {value}" for key, value in values.items()) + " }"
