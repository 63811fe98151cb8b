"""The configuration's sections of chips on an I2C bus."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from boxd.config.device_schema import DeviceSection, PinLevel
from boxd.config.values import Name, Section
from boxd.devices import Key, LampName
from boxd.i2c.mcp23017 import ADDRESSES as EXPANDERS
from boxd.i2c.mpr121 import ADDRESSES as TOUCH_SENSORS
from boxd.i2c.mpr121 import ELECTRODES

BusPath = Annotated[
    str, Field(pattern=r"^/dev/i2c-\d+$", description="an I2C bus, e.g. '/dev/i2c-1' on a Pi")
]
SensorAddress = Annotated[
    int,
    Field(
        ge=TOUCH_SENSORS.start, lt=TOUCH_SENSORS.stop, description="an address from 0x5A to 0x5D"
    ),
]
ExpanderAddress = Annotated[
    int,
    Field(ge=EXPANDERS.start, lt=EXPANDERS.stop, description="an address from 0x20 to 0x27"),
]
Electrode = Annotated[int, Field(ge=0, lt=ELECTRODES)]
ExpanderPin = Annotated[
    str, Field(pattern="^[AB][0-7]$", description="a pin as printed, 'A0' to 'A7' or 'B0' to 'B7'")
]
_A_PIN = "a pin as printed, e.g. 'A0', or keys with values, e.g. { pin = 'A0' }"


def _pin_alone(value: object) -> object:
    return {"pin": value} if isinstance(value, str) else value


class TouchSensor(DeviceSection):
    """An MPR121: up to twelve keys that are touched, by their electrodes.

    A pad counts as touched once it is `touch` steps below what it was, and as let go above
    `release`: less is more sensitive.
    """

    shares_port: ClassVar[bool] = True
    why_no_latch: ClassVar[str] = (
        "a touch sensor moves nothing; name a device with latches, e.g. a gpio or codetv one"
    )
    why_no_door: ClassVar[str] = (
        "a touch sensor has no door switch; name another device's door or leave the key out"
    )

    kind: Literal["mpr121"]
    port: BusPath = "/dev/i2c-1"
    address: SensorAddress = TOUCH_SENSORS.start
    keys: dict[Key, Electrode]
    touch: int = Field(default=12, ge=2, le=200)
    release: int = Field(default=6, ge=1, le=199)


class ExpanderSwitch(Section):
    """A contact on a pin: a key or a door's switch. A pin alone is a short form.

    `closed` is the level while it is closed; a change counts once it lasted for `debounce_ms`.
    """

    IN_WORDS: ClassVar[str] = _A_PIN

    pin: ExpanderPin
    pull: Literal["up", "none"] = "up"
    closed: PinLevel = PinLevel.LOW
    debounce_ms: int = Field(default=25, ge=1, le=1000)

    _short = model_validator(mode="before")(_pin_alone)


class ExpanderOutput(Section):
    """A lamp on a pin, and the level that lights it. A pin alone is a short form."""

    IN_WORDS: ClassVar[str] = _A_PIN

    pin: ExpanderPin
    on: PinLevel = PinLevel.HIGH

    _short = model_validator(mode="before")(_pin_alone)


class PinExpander(DeviceSection):
    """An MCP23017: sixteen pins for keys, doors and lamps."""

    shares_port: ClassVar[bool] = True
    why_no_latch: ClassVar[str] = (
        "an expander keeps its pins as they are when boxd dies, and nothing on it ends a pulse;"
        " name a device with latches, e.g. a gpio or arduino one"
    )

    kind: Literal["mcp23017"]
    port: BusPath = "/dev/i2c-1"
    address: ExpanderAddress = EXPANDERS.start
    keys: dict[Key, ExpanderSwitch] = Field(default_factory=dict)
    doors: dict[Name, ExpanderSwitch] = Field(default_factory=dict)
    lamps: dict[LampName, ExpanderOutput] = Field(default_factory=dict)


ChipSection = TouchSensor | PinExpander
