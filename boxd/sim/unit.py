"""What all simulated devices have in common: for a person's hand, and for their plug."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from boxd.config.device_schema import DeviceSection
from boxd.config.schema import Config
from boxd.devices import PULSE_LONGEST_MS, DoorState, Key, LampName
from boxd.sim.hardware_trace import Trace

GROUP = "boxd.simulated_kinds"
"""The entry points of simulated kinds, each under the name of its device kind."""


class Unit(Protocol):
    """A simulated device: keys to touch, lamps to see, power to lose."""

    product: str
    lamps: dict[LampName, bool]
    sounds: int
    is_sounding: bool

    @property
    def own_faults(self) -> Mapping[str, Callable[[], None]]:
        """The faults that only such devices have, by the names that programs use."""

    def power_on(self) -> None:
        """Start with every output off."""

    def power_off(self) -> None:
        """Lose power: every output goes off."""

    def touch(self, key: Key) -> None:
        """A finger touches a key."""

    def release(self, key: Key) -> None:
        """The finger leaves the key."""

    def report_door(self, door: str) -> None:
        """The door behind this switch or feedback contact has moved."""


class PlugPoint(Protocol):
    """Where devices of one kind are plugged in."""

    def plug(self, unit: Any) -> None:
        """Connect a unit that has power."""

    def unplug(self, unit: Any) -> None:
        """Unplug it."""

    def is_plugged(self, unit: Any) -> bool:
        """Whether it is connected."""


@dataclass(frozen=True)
class Wiring:
    """The box around one simulated device.

    `on_latch` is called with a latch's name, its address in the trace and its longest pulse in
    milliseconds when its coil gets (True) or loses its current. `door_state` returns the state of
    the door behind a door switch or a latch's feedback contact, `on_change` is called after every
    visible change.
    """

    config: Config
    trace: Trace
    on_latch: Callable[[str, str, int, bool], None]
    door_state: Callable[[str], DoorState]
    on_change: Callable[[], None]

    def coils(self, device: DeviceSection, longest_ms: Mapping[str, int]) -> Callable[..., None]:
        """`on_latch` for a device whose latches are called `device.latch` in the trace."""
        return partial(_coil, self, device.name, longest_ms)


def _coil(
    wiring: Wiring, device: str, longest_ms: Mapping[str, int], latch: str, energised: bool
) -> None:
    longest = longest_ms.get(latch, PULSE_LONGEST_MS)
    wiring.on_latch(latch, f"{device}.{latch}", longest, energised)


class SimulatedKind(Protocol):
    """The simulated twin of a device kind; made with the box's configuration.

    `socket` is where its devices are plugged in, and what the kind's `buses` gets as `simulated`.
    `outlives_boxd`: its outputs keep their state when the daemon dies, and it traces their edges.
    """

    socket: PlugPoint
    outlives_boxd: bool = False

    def __init__(self, config: Config) -> None: ...

    def unit(self, device: Any, wiring: Wiring) -> Unit:
        """The simulated device for this section of the kind, without power."""
        ...

    def double(self, device: Any, wiring: Wiring) -> Unit | None:
        """A second device that can't be told from the first; None if the kind has no such thing."""
        del device, wiring
        return None
