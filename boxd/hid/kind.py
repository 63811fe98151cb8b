"""Number pads, keyboards and scanners as a kind of device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from boxd.config.device_kinds import DeviceKind
from boxd.hid.sections import HidDevice

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.devices import Bus


class SimulatedInputs(Protocol):
    """Where simulated input devices are plugged in."""

    def path_of(self, port: str) -> str:
        """The path at which a configured port can be opened. Raises OSError."""


class HidKind(DeviceKind[HidDevice, SimulatedInputs]):
    """What the kernel calls a keyboard."""

    sections = (HidDevice,)

    def buses(
        self,
        devices: Sequence[HidDevice],
        config: Config,
        simulated: SimulatedInputs | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """One bus, which also lists the keyboards that no configuration names."""
        from boxd.hid.bus import HidBus
        from boxd.hid.unconfigured import unconfigured_inputs

        if simulated is not None:
            if not devices:
                return ()
            return (HidBus(devices, on_change, simulated.path_of, control=_no_kernel_behind_it),)
        ports = [device.port for device in config.devices]
        others = partial(unconfigured_inputs, ports)
        return (HidBus(devices, on_change, unconfigured=others),)

    def nodes(self, device: HidDevice, config: Config) -> Sequence[str]:
        """Its event device."""
        del config
        return (device.port,)


def _no_kernel_behind_it(*_request: object) -> None:
    """A simulated device has nobody to grab it from."""


HID = HidKind()
