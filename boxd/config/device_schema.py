"""What the sections of all kinds of devices have in common in the configuration file.

All kinds list their parts by the same properties, so that the rules need not know the kind. The
kinds' own sections are in their packages (`boxd.config.device_kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from boxd.config.values import Name, Section
from boxd.devices import PULSE_LONGEST_MS, PULSE_SHORTEST_MS, Key, LampName

PULSE_DEFAULT_MS = 150

PulseMs = Annotated[
    int,
    Field(
        ge=PULSE_SHORTEST_MS,
        le=PULSE_LONGEST_MS,
        description=f"a whole number from {PULSE_SHORTEST_MS} to {PULSE_LONGEST_MS}, without"
        " quotes: a solenoid that is on longer burns (on the Pi's pins a strike takes hold_ms)",
    ),
]

_STAYS = "a path that stays the same, e.g. '/dev/serial/by-id/usb-Arduino_...'"


def _stays_the_same(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(f"takes {_STAYS}, not '{path}'")
    if re.match(r"/dev/(ttyS|serial)\d", path):
        raise ValueError(
            f"takes {_STAYS}; '{path}' may be the line of the console, which boxd's service may "
            "not open: write '/dev/ttyAMA0' for the one on the Pi's pins, or use a USB adapter"
        )
    if re.match(r"/dev/tty(ACM|USB)\d", path):
        raise ValueError(
            f"takes {_STAYS}; '{path}' is numbered by who woke up first: 'boxd devices list' "
            "tells what to write"
        )
    return path


SerialPath = Annotated[str, AfterValidator(_stays_the_same), Field(description=_STAYS)]


class PinLevel(StrEnum):
    """The level of a pin or contact."""

    HIGH = "high"
    LOW = "low"


class DeviceSection(Section):
    """A device of any kind; its parts are those in its tables.

    A kind whose parts are not in tables overrides the properties. `port` says where the device is
    found; no two devices have the same `place`. If `shares_port`, those of one kind may, and the
    kind's own rules tell them apart. `why_no_latch` and `why_no_door` explain what no device of
    the kind has.
    """

    shares_port: ClassVar[bool] = False
    why_no_latch: ClassVar[str] = ""
    why_no_door: ClassVar[str] = ""

    kind: str
    name: Name
    port: str
    enabled: bool = True

    @property
    def place(self) -> str:
        """Where it is plugged in, in words."""
        return f"the port '{self.port}'"

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""
        return frozenset(self._table("keys"))

    @property
    def key_labels(self) -> dict[Key, str]:
        """What is printed on keys whose name says something else."""
        return {}

    @property
    def lamp_names(self) -> frozenset[LampName]:
        """The lamps that it has."""
        return frozenset(self._table("lamps"))

    @property
    def has_buzzer(self) -> bool:
        """Whether it has a buzzer."""
        return bool(getattr(self, "buzzer", False))

    @property
    def has_reader(self) -> bool:
        """Whether it can read codes."""
        return False

    @property
    def latch_names(self) -> tuple[str, ...]:
        """Its latches."""
        return tuple(self._table("latches"))

    @property
    def door_names(self) -> tuple[str, ...]:
        """Its door switches."""
        return tuple(self._table("doors"))

    def _table(self, name: str) -> Mapping[Any, object]:
        return getattr(self, name, {})
