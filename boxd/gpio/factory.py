"""Which pins boxd uses: the Pi's own through lgpio, or simulated ones; no others.

gpiozero would silently fall back to other libraries, and an environment variable would select one;
here the configuration decides, once.
"""

from __future__ import annotations

import os
from pathlib import Path

from gpiozero.exc import GPIOZeroError
from gpiozero.pins.pi import PiFactory

from boxd.errors import BoxdError, ConfigError

# What a pin or its factory may raise at any use; lgpio's own errors arrive as DeviceUnreachable.
PIN_ERRORS: tuple[type[Exception], ...] = (BoxdError, GPIOZeroError, OSError, ValueError)

ENVIRONMENT = "GPIOZERO_PIN_FACTORY"


def open_pins(memory_dir: Path | None) -> PiFactory:
    """The Pi's pins, or with `memory_dir` the simulated ones whose levels are in that folder.

    Raises ConfigError if environment or installation contradict that, DeviceUnreachable if there
    is no header here or it may not be used.
    """
    _check_environment("lgpio" if memory_dir is None else "mock")
    if memory_dir is not None:
        from boxd.gpio.pin_memory_factory import MemoryPinFactory

        return MemoryPinFactory(memory_dir)
    from boxd.gpio.lgpio_pins import open_header

    return open_header()


def _check_environment(meant: str) -> None:
    asked = os.environ.get(ENVIRONMENT)
    if asked not in (None, meant):
        raise ConfigError(
            f"{ENVIRONMENT} is set to '{asked}', but boxd uses '{meant}' "
            f"{'in simulation' if meant == 'mock' else 'on real pins'}; "
            f"take {ENVIRONMENT} out of the environment (of the service, or `unset` it)"
        )
