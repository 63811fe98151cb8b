"""Noticing that something unknown was plugged in, or has gone: no device tells of that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from boxd.bays.device_registry import DeviceRegistry

LOOK_EVERY_S = 2.0


async def watch_strangers(registry: DeviceRegistry, on_change: Callable[[], None]) -> None:
    """Call `on_change` whenever something else is plugged in and in no configuration; for ever."""
    known = registry.strangers()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if (found := registry.strangers()) != known:
            known = found
            on_change()
