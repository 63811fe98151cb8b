"""Input devices that are plugged in but not configured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from boxd.devices import UnconfiguredDevice
from boxd.lasting_paths import lasting_paths

INPUT = Path("/dev/input")
EVENTS = Path("/sys/class/input")

KEYBOARD = "-event-kbd"
"""What udev's links to keyboards end with; pads and scanners are keyboards to it."""


def unconfigured_inputs(
    configured: Sequence[str], links: Path = INPUT, events: Path = EVENTS
) -> list[str]:
    """The lasting paths of the keyboards on USB that none of `configured` leads to."""
    targets = {str(Path(port).resolve()) for port in configured}
    paths = lasting_paths(links, events, KEYBOARD)
    return sorted(str(path) for device, path in paths.items() if str(device) not in targets)


def unconfigured_input(port: str) -> UnconfiguredDevice:
    """An input device for people, with the section that would configure it."""
    section = (
        "[[devices]]",
        'kind = "hid"',
        'name = "keys-1"',
        f'port = "{port}"',
        '# then name it where it is used: keypad = "keys-1" in [[bays]] or [operator],',
        '# or reader = "keys-1" in [[bays]] for a scanner',
    )
    return UnconfiguredDevice("hid", port, "a number pad or a scanner?", "\n".join(section))
