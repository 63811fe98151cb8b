"""Number pads, a scanner, a touch sensor, an expander and a locker board, from plug to prize."""

from __future__ import annotations

from collections.abc import Callable

from tests.box.booth import Booth, wait_until

INPUTS = "".join(
    f"""
[[devices]]
kind = "hid"
name = "{name}"
port = "/dev/input/by-id/usb-{name}-event-kbd"
"""
    for name in ("number-pad", "operators-pad", "scanner")
)
TOUCH_PAD = """
[[devices]]
kind = "mpr121"
name = "touch-pad"
[devices.keys]
0 = 0
1 = 1
2 = 2
3 = 3
4 = 4
5 = 5
6 = 6
7 = 7
8 = 8
9 = 9
Cancel = 10
Enter = 11
"""
LAMPS_AND_LOCKS = """
[[devices]]
kind = "mcp23017"
name = "pins"
lamps = { standby = "A5", success = "A6", failure = "A7" }

[[devices]]
kind = "lockerbus"
name = "wall"
port = "/dev/serial/by-id/usb-FTDI_RS485-if00-port0"
latches = { latch-1 = 1, latch-2 = 2 }
doors = { door-1 = 1, door-2 = 2 }
"""
BAY_1 = 'keypad = "number-pad"\nreader = "scanner"\nlamps = "pins"'
LOCKER_1 = 'latch = "wall.latch-1"\ndoor = "wall.door-1"'
PLUGGED_IN = (
    (r'keypad = "board-0"\nlamps = "board-0"', BAY_1),
    (r'keypad = "board-1"', 'keypad = "touch-pad"'),
    (r'keypad = "operator-pad"', 'keypad = "operators-pad"'),
    (r'latch = "board-0"\ndoor = "door-pad.door-1"', LOCKER_1),
    (r"\Z", INPUTS + TOUCH_PAD + LAMPS_AND_LOCKS),
)


def test_from_the_plug_to_the_prize(new_booth: Callable[..., Booth]) -> None:
    booth = new_booth(*PLUGGED_IN)
    booth.start()
    for device in ("number-pad", "scanner", "touch-pad", "wall", "pins"):
        for fault, state in (("unplug", "unreachable"), ("replug", "ready")):
            booth.fault(device, fault)
            wait_until(f"{device} is {state}", lambda: _state(booth, device) == state)  # noqa: B023
    assert booth.snapshot()["operator"]["key_labels"] == {"Cancel": "Backspace"}
    wait_until("green means ready", lambda: booth.front()["bays"]["bay-1"]["lamps"]["success"])
    before = booth.stock("mug")["dispensed"]

    booth.enter("bay-1", booth.issue_code())
    _hand_over(booth, "bay-1")
    _scan(booth, f"BOXD{booth.issue_code()}")
    _hand_over(booth, "bay-1")
    booth.enter("bay-2", booth.issue_code())
    _hand_over(booth, "bay-2")

    assert booth.stock("mug")["dispensed"] == before + 3
    assert sum(booth.pulses(locker) for locker in (1, 2, 3, 4)) == 3
    assert booth.pulses(1) > 0
    booth.check_invariants()


def _hand_over(booth: Booth, bay: str) -> None:
    locker = booth.prompt("load", bay)["locker"]
    _press_past(booth, "load")
    booth.prompt("take", bay)
    booth.door(locker, "closed")
    _press_past(booth, "take")
    booth.ended(bay)


def _press_past(booth: Booth, stage: str) -> None:
    """Press Enter on the operator's pad, and again if nothing came of it (0.4 s are deaf)."""

    def is_past() -> bool:
        if stage not in [prompt["stage"] for prompt in booth.snapshot()["prompts"]]:
            return True
        booth.press_operator("Enter")
        return False

    wait_until(f"Enter leads past {stage}", is_past)


def _scan(booth: Booth, text: str) -> None:
    """Hold something before the scanner, once its bay takes codes."""
    booth.wait_for_bay("bay-1", "ready")
    asked = booth.http.post("/sim/api/readers/scanner/scan", json={"text": text})
    asked.raise_for_status()


def _state(booth: Booth, device: str) -> str:
    shown = booth.snapshot()["devices"]
    return next(str(each["state"]) for each in shown if each["name"] == device)
