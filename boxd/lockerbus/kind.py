"""Locker boards on RS485 as a kind of device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from boxd.config.device_kinds import DeviceKind
from boxd.lockerbus.rules import locker_board_faults
from boxd.lockerbus.sections import LockerBoardDevice

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.config.schema_texts import SchemaFinding
    from boxd.devices import Bus


class AdapterPaths(Protocol):
    """Where simulated boards are wired to adapters."""

    def path_of(self, port: str) -> str:
        """The path at which an adapter can be opened. Raises OSError."""


class LockerBusKind(DeviceKind[LockerBoardDevice, AdapterPaths]):
    """Boards that share a line."""

    sections = (LockerBoardDevice,)

    def faults(self, devices: Mapping[int, LockerBoardDevice]) -> Iterable[SchemaFinding]:
        """Addresses and locks that are used twice or can't be."""
        return locker_board_faults(devices)

    def buses(
        self,
        devices: Sequence[LockerBoardDevice],
        config: Config,
        simulated: AdapterPaths | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """One bus for all lines; none without a board."""
        if not devices:
            return ()
        from boxd.lockerbus.bus import LockerBus
        from boxd.unconfigured_serial import unconfigured_ports

        if simulated is not None:
            return (LockerBus(devices, simulated.path_of, on_change),)
        others = partial(unconfigured_ports, [device.port for device in config.devices])
        return (LockerBus(devices, str, on_change, others),)

    def nodes(self, device: LockerBoardDevice, config: Config) -> Sequence[str]:
        """Its adapter."""
        del config
        return (device.port,)


LOCKERBUS = LockerBusKind()
