"""boxd's own kinds of devices do what every kind has to do."""

from __future__ import annotations

from typing import Any, ClassVar

from boxd.arduino.kind import ARDUINO
from boxd.fresh_keys import QUIET_S
from boxd.gpio.kind import GPIO
from boxd.hid.kind import HID
from boxd.i2c.kind import I2C
from boxd.lockerbus.kind import LOCKERBUS
from boxd.midi.kind import MIDI
from boxd.sim.kinds import (
    SimulatedArduinos,
    SimulatedGpio,
    SimulatedHid,
    SimulatedI2c,
    SimulatedLockerBus,
    SimulatedMidi,
)
from boxd.testing import (
    BuzzerConformance,
    DoorConformance,
    KeyConformance,
    KeyPluggingConformance,
    LampConformance,
    LatchConformance,
    LatchPluggingConformance,
)


class TestBoard(
    KeyPluggingConformance,
    LatchPluggingConformance,
    KeyConformance,
    LampConformance,
    BuzzerConformance,
    LatchConformance,
):
    """A CodeTV board."""

    kind = MIDI
    twin = SimulatedMidi
    section: ClassVar[dict[str, Any]] = {
        "kind": "codetv",
        "name": "board-0",
        "port": "CodeTV Board 0",
    }


class TestPad(
    KeyPluggingConformance, KeyConformance, LampConformance, BuzzerConformance, DoorConformance
):
    """A pad with a map of notes."""

    kind = MIDI
    twin = SimulatedMidi
    fresh_after_s = QUIET_S
    section: ClassVar[dict[str, Any]] = {
        "kind": "notes",
        "name": "pad",
        "port": "Some Pad",
        "keys": {"1": 1, "2": 2, "Enter": 3},
        "lamps": {"standby": 10, "success": 11},
        "buzzer": {"note": 12},
        "doors": {"door-1": {"note": 20}, "door-2": {"note": 21}},
        "ask_state": {"control": 9},
    }


class TestArduino(
    LatchPluggingConformance, LampConformance, BuzzerConformance, LatchConformance, DoorConformance
):
    """An Arduino with the firmware's copy in Python."""

    kind = ARDUINO
    twin = SimulatedArduinos
    section: ClassVar[dict[str, Any]] = {
        "kind": "arduino",
        "name": "cabinet",
        "port": "/dev/serial/by-id/usb-Arduino_Uno-if00",
        "latches": {"latch-1": 1, "latch-2": 2},
        "doors": {"door-1": 1, "door-2": 2},
        "lamps": {"standby": 1, "failure": 2},
        "buzzer": True,
    }


class TestLockerBoard(LatchPluggingConformance, LatchConformance, DoorConformance):
    """A board on an RS485 line, with the locks' contacts as doors."""

    kind = LOCKERBUS
    twin = SimulatedLockerBus
    section: ClassVar[dict[str, Any]] = {
        "kind": "lockerbus",
        "name": "wall",
        "port": "/dev/serial/by-id/usb-FTDI_RS485-if00-port0",
        "board": 1,
        "latches": {"latch-1": 1, "latch-2": 24},
        "doors": {"door-1": 1, "door-2": 24},
    }


class TestPins(
    KeyConformance,
    LampConformance,
    BuzzerConformance,
    LatchConformance,
    DoorConformance,
):
    """The Pi's own pins, with the guard."""

    kind = GPIO
    twin = SimulatedGpio
    notices_unplugging = False
    section: ClassVar[dict[str, Any]] = {
        "kind": "gpio",
        "name": "pins",
        "latches": {"latch-1": 17, "strike": {"pin": 27, "hold_ms": 700}},
        "doors": {"door-1": 22, "door-2": 23},
        "lamps": {"standby": 24},
        "buzzer": 25,
        "keys": {"1": 5, "2": 6},
    }


class TestNumberPad(KeyPluggingConformance, KeyConformance):
    """A number pad on USB."""

    kind = HID
    twin = SimulatedHid
    fresh_after_s = QUIET_S
    section: ClassVar[dict[str, Any]] = {
        "kind": "hid",
        "name": "number-pad",
        "port": "/dev/input/by-id/usb-Number_Pad-event-kbd",
    }


class TestTouchSensor(KeyPluggingConformance, KeyConformance):
    """An MPR121 on an I2C bus."""

    kind = I2C
    twin = SimulatedI2c
    fresh_after_s = QUIET_S
    section: ClassVar[dict[str, Any]] = {
        "kind": "mpr121",
        "name": "touch-pad",
        "port": "/dev/i2c-1",
        "address": 0x5B,
        "keys": {"1": 0, "2": 1, "Enter": 11},
    }


class TestExpander(KeyPluggingConformance, KeyConformance, LampConformance, DoorConformance):
    """An MCP23017 on an I2C bus."""

    kind = I2C
    twin = SimulatedI2c
    fresh_after_s = QUIET_S
    section: ClassVar[dict[str, Any]] = {
        "kind": "mcp23017",
        "name": "pins",
        "port": "/dev/i2c-1",
        "keys": {"1": "A0", "Enter": {"pin": "B6", "closed": "high", "pull": "none"}},
        "doors": {"door-1": "A1", "door-2": "B0"},
        "lamps": {"standby": "A7", "failure": {"pin": "B7", "on": "low"}},
    }
