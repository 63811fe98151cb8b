"""Chips on an I2C bus as a kind of device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from boxd.config.device_kinds import DeviceKind
from boxd.i2c.rules import chip_faults
from boxd.i2c.sections import ChipSection, PinExpander, TouchSensor

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.config.schema_texts import SchemaFinding
    from boxd.devices import Bus
    from boxd.i2c.port import Messages


class SimulatedWires(Protocol):
    """Where simulated chips are wired to buses."""

    def path_of(self, port: str) -> str:
        """The path at which a bus can be opened. Raises OSError."""

    def control(self, file: int, request: int, messages: Messages) -> object:
        """The system's ioctl on such a bus. Raises OSError."""


class I2cKind(DeviceKind[ChipSection, SimulatedWires]):
    """Touch sensors and pin expanders."""

    sections = (TouchSensor, PinExpander)

    def faults(self, devices: Mapping[int, ChipSection]) -> Iterable[SchemaFinding]:
        """Addresses, electrodes and pins that are used twice or can't be."""
        return chip_faults(devices)

    def buses(
        self,
        devices: Sequence[ChipSection],
        config: Config,
        simulated: SimulatedWires | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """One for all buses, which also lists the chips that no section names."""
        from boxd.i2c.bus import I2cBus
        from boxd.i2c.whereabouts import header

        ports = dict.fromkeys(device.port for device in devices)
        if simulated is None:
            ports |= dict.fromkeys(header())
        if not ports:
            return ()
        if simulated is None:
            return (I2cBus(devices, tuple(ports), on_change),)
        return (I2cBus(devices, tuple(ports), on_change, simulated.path_of, simulated.control),)

    def nodes(self, device: ChipSection, config: Config) -> Sequence[str]:
        """Its bus."""
        del config
        return (device.port,)


I2C = I2cKind()
