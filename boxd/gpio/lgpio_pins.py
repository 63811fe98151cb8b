"""gpiozero's pins on the Pi's own header; lgpio's errors become DeviceUnreachable."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

from gpiozero.exc import PinUnknownPi

from boxd.errors import DeviceUnreachable
from boxd.gpio.header import header_chip, load_lgpio, not_had

_CLONE_FS = 0x200  # linux/sched.h

_MAY_FAIL = (
    "__init__",
    "close",
    "_get_function",
    "_set_function",
    "_get_state",
    "_set_state",
    "_get_pull",
    "_set_pull",
    "_enable_event_detect",
    "_disable_event_detect",
)


def open_header() -> Any:
    """The factory for the header's pins. Raises ConfigError or DeviceUnreachable."""
    lgpio = load_apart()
    from gpiozero.pins.lgpio import LGPIOFactory

    chip = header_chip(lgpio)
    try:
        factory = LGPIOFactory(chip=chip)
        factory.board_info  # noqa: B018 - reads the model, by which pins are looked up
    except lgpio.error as error:
        raise DeviceUnreachable(f"/dev/gpiochip{chip} can't be opened: {error}") from error
    except (PinUnknownPi, KeyError) as error:
        raise DeviceUnreachable(
            f"which model of Pi this is can't be told ({error}); a Pi's kernel says so in "
            "/proc/device-tree/system/linux,revision and /proc/cpuinfo"
        ) from error
    factory.pin_class = _pin_class(lgpio)
    return factory


def load_apart() -> ModuleType:
    """Load lgpio on a thread with a working directory of its own, which lgpio changes.

    The other threads, and the programs that they start, must not end up there.
    """
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_load).result()


def _load() -> ModuleType:
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_FS):
        code = ctypes.get_errno()
        raise DeviceUnreachable(f"lgpio can't be loaded safely: unshare: {os.strerror(code)}")
    return load_lgpio()


def _pin_class(lgpio: ModuleType) -> type[Any]:
    from gpiozero.pins.lgpio import LGPIOPin

    def told(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def translating(self: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(self, *args, **options)
            except lgpio.error as error:
                raise not_had(self._number, error) from error

        return translating

    class HeaderPin(LGPIOPin):  # type: ignore[misc]  # gpiozero has no types
        """A pin of the header."""

        _callback: Any

        @told
        def output_with_state(self, state: Any) -> None:
            """Become an output at this level at once: gpiozero would first go low."""
            if self._callback is not None:
                self._callback.cancel()
                self._callback = None
            lgpio.gpio_claim_output(self.factory._handle, self._number, int(bool(state)))

        def _call_when_changed(self, _chip: int, _number: int, level: int, ticks: int) -> None:
            # On lgpio's thread, while the event loop may be ending the watching: gpiozero would
            # then call None, and the exception would end the thread for every pin.
            listener = self._when_changed
            method = listener() if listener is not None else None
            if method is not None:
                method(ticks / 1e9, level)

    for name in _MAY_FAIL:
        setattr(HeaderPin, name, told(getattr(LGPIOPin, name)))
    return HeaderPin
