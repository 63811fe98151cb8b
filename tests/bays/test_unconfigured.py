"""Something plugged in that no configuration names shows by itself."""

from __future__ import annotations

import asyncio

import pytest

from boxd.bays import unconfigured
from boxd.devices import UnconfiguredDevice
from tests.bays.devices import DevicesInMemory
from tests.midi.waiting import until


async def test_a_stranger_s_coming_and_going_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unconfigured, "LOOK_EVERY_S", 0.01)
    devices = DevicesInMemory()
    changes: list[int] = []
    watch = asyncio.create_task(
        unconfigured.watch_unconfigured(devices.registry, lambda: changes.append(len(changes)))
    )
    await asyncio.sleep(0)
    devices.bus.plugged_besides = (UnconfiguredDevice("codetv", "CodeTV Board 7"),)
    await until(lambda: len(changes) == 1)
    devices.bus.plugged_besides = ()
    await until(lambda: len(changes) == 2)
    watch.cancel()
