"""Opening a locker without the daemon, for an emergency; it is recorded as well."""

from __future__ import annotations

import asyncio
import secrets

from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.opening import Actuated
from boxd.clock_keeper import anchor
from boxd.config import Config
from boxd.config.addresses import split
from boxd.daemon import assembly
from boxd.devices import DeviceState
from boxd.errors import DeviceUnreachable
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import box_clock

# The first look finds a board that is plugged in; a slow bus gets this long.
_FOUND_WITHIN_S = 3.0


async def open_locker(config: Config, locker: int, actor: str, reason: str) -> Actuated:
    """Find the locker's latch and open it once; the caller holds the box's lock."""
    ledger = await asyncio.to_thread(
        Ledger, config.ledger_file, outbox=assembly.outbox_settings(config)
    )
    simulated = assembly.simulated(config)
    registry = assembly.registry(config, simulated, lambda: None)
    try:
        anchor(box_clock, ledger)
        assembly.prepare_ledger(config, ledger)
        opener = assembly.opener(config, registry, ledger)
        await registry.start()
        await _until_found(config, registry, locker)
        done = await opener.override(locker, f"override/{secrets.token_hex(8)}", actor, reason)
        await opener.finish()  # then the pulse is over
        return done
    finally:
        await registry.close()
        if simulated is not None:
            simulated.close()
        ledger.close()


async def _until_found(config: Config, registry: DeviceRegistry, locker: int) -> None:
    latch = next(known.latch for known in config.lockers if known.id == locker)
    device = split(latch)[0]
    deadline = asyncio.get_running_loop().time() + _FOUND_WITHIN_S
    while asyncio.get_running_loop().time() < deadline:
        status = registry.device(device).status
        if status.state is DeviceState.READY:
            return
        await asyncio.sleep(0.05)
    raise DeviceUnreachable(f"'{device}' is not there ({status.why}); plug it in and try again")
