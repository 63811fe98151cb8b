"""The configuration's sections of devices on the Pi's own pins."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from boxd.config.device_schema import PULSE_DEFAULT_MS, DeviceSection, PinLevel, PulseMs
from boxd.config.values import Name, Section, Text
from boxd.devices import Key, LampName
from boxd.gpio.guard.limits import HELD_LONGEST_MS

HOLD_SHORTEST_MS = 100

# The header's pins by BCM number; 0 and 1 belong to the memory on expansion boards.
PinNumber = Annotated[int, Field(ge=2, le=27)]
HoldMs = Annotated[int, Field(ge=HOLD_SHORTEST_MS, le=HELD_LONGEST_MS)]
_A_PIN = "a pin's BCM number from 2 to 27, e.g. 17, or keys with values, e.g. { pin = 17 }"


class Pull(StrEnum):
    """Which of the Pi's own resistors holds an input that nothing drives."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


def _pin_alone(value: object) -> object:
    return {"pin": value} if type(value) is int else value


class GpioOutput(Section):
    """An output pin, by its BCM number, and the level that switches it on.

    A whole number is a short form for that pin.
    """

    IN_WORDS: ClassVar[str] = _A_PIN

    pin: PinNumber
    on: PinLevel = PinLevel.HIGH

    _short = model_validator(mode="before")(_pin_alone)


class GpioSwitch(Section):
    """A contact on an input pin: a door's switch, a key, a latch's feedback.

    `closed` is the level while the contact is closed; a change counts once it has lasted for
    `debounce_ms`. A whole number is a short form for that pin.
    """

    IN_WORDS: ClassVar[str] = _A_PIN

    pin: PinNumber
    pull: Pull = Pull.UP
    closed: PinLevel = PinLevel.LOW
    debounce_ms: int = Field(default=25, ge=1, le=1000)

    _short = model_validator(mode="before")(_pin_alone)


class GpioLatch(Section):
    """A latch on a pin, switched by the guard. `feedback` is closed while the latch is locked.

    `hold_ms` is for strikes and magnetic locks, which have to be held until somebody has pulled the
    door; `pulse_ms` for solenoids, which burn. A whole number is a short form for that pin.
    """

    IN_WORDS: ClassVar[str] = _A_PIN

    pin: PinNumber
    on: PinLevel = PinLevel.HIGH
    pulse_ms: PulseMs = PULSE_DEFAULT_MS
    hold_ms: HoldMs | None = None
    feedback: GpioSwitch | None = None

    _short = model_validator(mode="before")(_pin_alone)

    @model_validator(mode="after")
    def _is_pulsed_or_held(self) -> Self:
        if self.hold_ms is not None and "pulse_ms" in self.model_fields_set:
            raise ValueError(
                "has pulse_ms and hold_ms; write pulse_ms for a solenoid, which burns when it is"
                " held, or hold_ms for a strike or a magnetic lock"
            )
        return self

    @property
    def on_ms(self) -> int:
        """How long it is on for each order."""
        return self.pulse_ms if self.hold_ms is None else self.hold_ms


class GpioMatrix(Section):
    """A matrix keypad: rows are driven, columns are read.

    `layout` has one text per row with one word per column: a key's name, or - for none.
    """

    rows: tuple[PinNumber, ...]
    columns: tuple[PinNumber, ...]
    layout: tuple[Text, ...]
    debounce_ms: int = Field(default=20, ge=5, le=1000)

    @model_validator(mode="after")
    def _layout_fits(self) -> Self:
        if len(self.layout) != len(self.rows):
            raise ValueError(
                f"has {len(self.rows)} rows and {len(self.layout)} lines in its layout; "
                "write one text for each row"
            )
        for line in self.layout:
            words = line.split()
            if len(words) != len(self.columns):
                raise ValueError(
                    f"has {len(self.columns)} columns, but the layout's line '{line}' has "
                    f"{len(words)} words; write a key or - for each column"
                )
            for word in words:
                if word != "-" and word not in set(Key):
                    raise ValueError(
                        f"has '{word}' in its layout, which is no key; the keys: "
                        f"{', '.join(Key)}, and - for none"
                    )
        return self

    @property
    def keys(self) -> dict[tuple[int, int], Key]:
        """The key at each (row, column), both counted from 0."""
        return {
            (row, column): Key(word)
            for row, line in enumerate(self.layout)
            for column, word in enumerate(line.split())
            if word != "-"
        }


class GpioDevice(DeviceSection):
    """Parts on the Pi's own pins."""

    shares_port: ClassVar[bool] = True

    kind: Literal["gpio"]
    port: Literal["GPIO"] = "GPIO"
    latches: dict[Name, GpioLatch] = Field(default_factory=dict)
    doors: dict[Name, GpioSwitch] = Field(default_factory=dict)
    lamps: dict[LampName, GpioOutput] = Field(default_factory=dict)
    buzzer: GpioOutput | None = None
    keys: dict[Key, GpioSwitch] = Field(default_factory=dict)
    matrix: GpioMatrix | None = None

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""
        return frozenset({*self.keys, *(self.matrix.keys.values() if self.matrix else ())})
