"""The configuration's sections of Arduinos on serial lines."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from boxd.config.device_schema import PULSE_DEFAULT_MS, DeviceSection, PinLevel, PulseMs, SerialPath
from boxd.config.values import Name, Section
from boxd.devices import LampName

ArduinoNumber = Annotated[int, Field(ge=1, le=8)]


def _number_alone(value: object) -> object:
    return {"number": value} if type(value) is int else value


_A_NUMBER = "its number on the board from 1 to 8, e.g. 1, or keys with values, e.g. { number = 1 }"


class ArduinoLatch(Section):
    """A latch of an Arduino, by its number there. A whole number is a short form for it."""

    IN_WORDS: ClassVar[str] = _A_NUMBER

    number: ArduinoNumber
    pulse_ms: PulseMs = PULSE_DEFAULT_MS

    _short = model_validator(mode="before")(_number_alone)


class ArduinoDoor(Section):
    """A door switch of an Arduino, by its number; `closed` is its level while the door is closed.

    A whole number is a short form for it.
    """

    IN_WORDS: ClassVar[str] = _A_NUMBER

    number: ArduinoNumber
    closed: PinLevel = PinLevel.LOW

    _short = model_validator(mode="before")(_number_alone)


class ArduinoDevice(DeviceSection):
    """An Arduino on a serial line with boxd's firmware, identified by its line and board number."""

    kind: Literal["arduino"]
    port: SerialPath
    board: int = Field(default=1, ge=0, le=254)
    latches: dict[Name, ArduinoLatch] = Field(default_factory=dict)
    doors: dict[Name, ArduinoDoor] = Field(default_factory=dict)
    lamps: dict[LampName, ArduinoNumber] = Field(default_factory=dict)
    buzzer: bool = False
