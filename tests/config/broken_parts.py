"""Broken configurations of pins and Arduinos, each with what a person is told about it."""

from __future__ import annotations

from tests.config.broken import Broken

MIXED = """\
[box]
id = "box-1"
[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"
[[devices]]
kind = "gpio"
name = "pins"
buzzer = 12
[devices.latches]
latch-1 = { pin = 17, pulse_ms = 200 }
latch-2 = { pin = 18, feedback = 22 }
[devices.doors]
door-1 = 27
[devices.keys]
Enter = 20
[devices.matrix]
rows = [5, 6]
columns = [13, 19]
layout = ["1 2", "3 -"]
[[devices]]
kind = "arduino"
name = "cabinet"
port = "/dev/serial/by-id/usb-1"
latches = { latch-1 = 1, latch-2 = 2 }
doors = { door-1 = 1 }
lamps = { standby = 1 }
[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"
[[lockers]]
id = 1
bay = "bay-1"
latch = "pins.latch-1"
[[lockers]]
id = 2
bay = "bay-1"
latch = "cabinet.latch-2"
door = "cabinet.door-1"
"""


def _broken(old: str, new: str, said: str) -> Broken:
    return Broken(old, new, said, MIXED)


CASES = {
    # --- in the words of the kind at hand
    "latch by a pin's name": _broken(
        "latch-1 = { pin = 17, pulse_ms = 200 }",
        'latch-1 = "GPIO17" # here',
        "device 'pins': latches.latch-1 = \"GPIO17\" can't be; it takes a pin's BCM number from 2"
        " to 27, e.g. 17, or keys with values, e.g. { pin = 17 }",
    ),
    "latch of an Arduino by its pin": _broken(
        "latches = { latch-1 = 1, latch-2 = 2 }",
        'latches = { latch-1 = "D2", latch-2 = 2 } # here',
        "device 'cabinet': latches.latch-1 = \"D2\" can't be; it takes its number on the board from"
        " 1 to 8, e.g. 1, or keys with values, e.g. { number = 1 }",
    ),
    "the console's line": _broken(
        'port = "/dev/serial/by-id/usb-1"',
        'port = "/dev/serial0" # here',
        "device 'cabinet': port takes a path that stays the same, e.g."
        " '/dev/serial/by-id/usb-Arduino_...'; '/dev/serial0' may be the line of the console, which"
        " boxd's service may not open: write '/dev/ttyAMA0' for the one on the Pi's pins, or use a"
        " USB adapter",
    ),
    # --- pins
    "latch on a pin that is pulled up": _broken(
        "latch-1 = { pin = 17, pulse_ms = 200 }",
        "latch-1 = { pin = 2, pulse_ms = 200 } # here",
        "device 'pins': latches.latch-1: pin 2 is held high by the Pi's own board, so the latch"
        " would open at every power-on; take one of 9 to 13 or 16 to 27",
    ),
    "latch on the serial console": _broken(
        "latch-1 = { pin = 17, pulse_ms = 200 }",
        "latch-1 = { pin = 14, pulse_ms = 200 } # here",
        "device 'pins': latches.latch-1: pin 14 is the serial console's output, which is high while"
        " the Pi starts: the coil would burn; take one of 9 to 13 or 16 to 27",
    ),
    "pull down on a pin that is pulled up": _broken(
        "door-1 = 27",
        'door-1 = { pin = 3, pull = "down" } # here',
        "device 'pins': doors.door-1: pin 3 is held high by the Pi's own board, so pull = 'down'"
        " can't be had; leave pull out, or take another pin",
    ),
    "pin twice": _broken(
        "door-1 = 27",
        "door-1 = 17 # here",
        "device 'pins': doors.door-1: pin 17 is taken by device 'pins': latches.latch-1 already;"
        " give each part a pin of its own",
    ),
    "feedback on a latch's pin": _broken(
        "latch-2 = { pin = 18, feedback = 22 }",
        "latch-2 = { pin = 18, feedback = 18 } # here",
        "device 'pins': latches.latch-2.feedback: pin 18 is taken by device 'pins':"
        " latches.latch-2 already; give each part a pin of its own",
    ),
    "matrix on a buzzer's pin": _broken(
        "rows = [5, 6]",
        "rows = [5, 12] # here",
        "device 'pins': matrix.rows: pin 12 is taken by device 'pins': buzzer already;"
        " give each part a pin of its own",
    ),
    "pin of an expansion board": _broken(
        "buzzer = 12",
        "buzzer = 1 # here",
        "device 'pins': buzzer = 1 can't be; it takes a whole number from 2 to 27, without quotes",
    ),
    "pulse too long": _broken(
        "pulse_ms = 200 }",
        "pulse_ms = 501 } # here",
        "device 'pins': latches.latch-1.pulse_ms = 501 can't be; it takes a whole number from 10"
        " to 500, without quotes: a solenoid that is on longer burns (on the Pi's pins a strike"
        " takes hold_ms) (without this line: 150)",
    ),
    "hold too long": _broken(
        "pulse_ms = 200 }",
        "hold_ms = 10001 } # here",
        "device 'pins': latches.latch-1.hold_ms = 10001 can't be; it takes a whole number from 100"
        " to 10000, without quotes",
    ),
    "pulsed and held": _broken(
        "pulse_ms = 200 }",
        "pulse_ms = 200, hold_ms = 3000 } # here",
        "device 'pins': latches.latch-1 has pulse_ms and hold_ms; write pulse_ms for a solenoid,"
        " which burns when it is held, or hold_ms for a strike or a magnetic lock",
    ),
    "odd pull": _broken(
        "door-1 = 27",
        'door-1 = { pin = 27, pull = "sideways" } # here',
        "device 'pins': doors.door-1.pull = \"sideways\" can't be; it takes one of 'up', 'down',"
        " 'none' (without this line: \"up\")",
    ),
    "a layout too short": _broken(
        "[devices.matrix]\nrows = [5, 6]",
        "[devices.matrix] # here\nrows = [5, 6, 7]",
        "device 'pins': matrix has 3 rows and 2 lines in its layout; write one text for each row",
    ),
    "a key that is none": _broken(
        '[devices.matrix]\nrows = [5, 6]\ncolumns = [13, 19]\nlayout = ["1 2", "3 -"]',
        "[devices.matrix] # here\nrows = [5, 6]\ncolumns = [13, 19]\nlayout = ['1 2', '3 A']",
        "device 'pins': matrix has 'A' in its layout, which is no key; the keys: 0, 1, 2, 3, 4, 5,"
        " 6, 7, 8, 9, Cancel, Enter, and - for none",
    ),
    "a key twice": _broken(
        'layout = ["1 2", "3 -"]',
        'layout = ["1 2", "3 Enter"] # here',
        "device 'pins': matrix.layout: key Enter of 'pins' is taken by device 'pins': keys.Enter"
        " already; one key sits at one place; take one of them out",
    ),
    # --- Arduinos
    "a path that changes": _broken(
        '"/dev/serial/by-id/usb-1"',
        '"/dev/ttyACM0" # here',
        "device 'cabinet': port takes a path that stays the same, e.g."
        " '/dev/serial/by-id/usb-Arduino_...'; '/dev/ttyACM0' is numbered by who woke up first:"
        " 'boxd devices list' tells what to write",
    ),
    "no path": _broken(
        '"/dev/serial/by-id/usb-1"',
        '"COM3" # here',
        "device 'cabinet': port takes a path that stays the same, e.g."
        " '/dev/serial/by-id/usb-Arduino_...', not 'COM3'",
    ),
    "ninth latch": _broken(
        "latch-2 = 2 }",
        "latch-2 = 9 } # here",
        "device 'cabinet': latches.latch-2 = 9 can't be; it takes a whole number from 1 to 8,"
        " without quotes",
    ),
    "number twice": _broken(
        "latch-2 = 2 }",
        "latch-2 = 1 } # here",
        "device 'cabinet': latches.latch-2: latch 1 of the board is taken by device 'cabinet':"
        " latches.latch-1 already; give each a number of its own",
    ),
    "board number twice": _broken(
        "[[bays]]",
        '[[devices]] # here\nkind = "arduino"\nname = "other"\nport = "/dev/serial/by-id/2"\n'
        "[[bays]]",
        "device 'other': board number 1 is taken by device 'cabinet' already; give each Arduino"
        " its own, with 'boxd devices flash --board N'",
    ),
    # --- who uses them
    "which latch": _broken(
        '"pins.latch-1"',
        '"pins" # here',
        "locker 1: latch = 'pins' can't be; 'pins' has several latches; name one:"
        " 'pins.latch-1', 'pins.latch-2'",
    ),
    "no such latch": _broken(
        '"pins.latch-1"',
        '"pins.lach-1" # here',
        "locker 1: latch = 'pins.lach-1' can't be; 'pins' has no latch 'lach-1'; did you mean"
        " 'latch-1'?",
    ),
    "a latch for two": _broken(
        '"cabinet.latch-2"',
        '"pins.latch-1" # here',
        "locker 2: the latch of 'pins.latch-1' is taken by locker 1 already; one part of a device"
        " serves one; name another device",
    ),
    "lamps that are not all there": _broken(
        'lamps = "board-0"',
        'lamps = "cabinet" # here',
        "bay 'bay-1': lamps = 'cabinet' can't be; a bay needs success, failure, which its lamps"
        " do not map; add them there",
    ),
    "keys that are not all there": _broken(
        'keypad = "board-0"',
        'keypad = "pins" # here',
        "bay 'bay-1': keypad = 'pins' can't be; a bay's keypad needs 0, 4, 5, 6, 7, 8, 9, Cancel,"
        " which its keys do not map; add them there",
    ),
}
