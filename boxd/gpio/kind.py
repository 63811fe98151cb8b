"""Parts on the Pi's own pins as a kind of device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from boxd.config.device_kinds import DeviceKind
from boxd.gpio.rules import pin_faults, pin_warnings
from boxd.gpio.sections import GpioDevice

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.config.schema_texts import SchemaFinding
    from boxd.devices import Bus


class SimulatedPinLevels(Protocol):
    """Where the levels of simulated pins are kept."""

    @property
    def memory_dir(self) -> Path:
        """The folder of their file, outside any process."""


class GpioKind(DeviceKind[GpioDevice, SimulatedPinLevels]):
    """Everything that is wired to the header."""

    sections = (GpioDevice,)

    def faults(self, devices: Mapping[int, GpioDevice]) -> Iterable[SchemaFinding]:
        """Pins and keys that are used twice, and pins that can't do what they are for."""
        return pin_faults(devices)

    def warnings(self, devices: Sequence[GpioDevice]) -> Iterable[str]:
        """Latches that open at every power-on."""
        return pin_warnings(devices)

    def buses(
        self,
        devices: Sequence[GpioDevice],
        config: Config,
        simulated: SimulatedPinLevels | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """One bus for the whole header; none if nothing is wired to it."""
        if not devices:
            return ()
        from boxd.gpio.bus import GpioBus

        return (GpioBus(devices, simulated.memory_dir if simulated else None, on_change),)

    def nodes(self, device: GpioDevice, config: Config) -> Sequence[str]:
        """The chips of pins; which of them is the header's is found out when it is opened."""
        del device, config
        return ("/dev/gpiochip[0-9]*",)


GPIO = GpioKind()
