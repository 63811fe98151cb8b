"""Notices when an unconfigured device is plugged in or removed; no other device reports that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from boxd.bays.device_registry import DeviceRegistry

LOOK_EVERY_S = 2.0


async def watch_unconfigured(registry: DeviceRegistry, on_change: Callable[[], None]) -> None:
    """Call `on_change` whenever the set of unconfigured devices changes; for ever."""
    known = registry.unconfigured()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if (found := registry.unconfigured()) != known:
            known = found
            on_change()
