"""The order in which the parts of a box start."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from boxd.bays.unconfigured import watch_unconfigured
from boxd.clock_keeper import anchor
from boxd.config import Config
from boxd.daemon import assembly
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.dispensing import Dispensing, wire_dispensing
from boxd.daemon.latest_server_status import LatestServerStatus
from boxd.daemon.readiness import Readiness
from boxd.daemon.running import Running
from boxd.daemon.service import Proof, report_status
from boxd.daemon.shown_health import ShownHealth
from boxd.errors import BoxdError, LedgerDamaged, LedgerUnusable
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.database import can_be_opened
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import box_clock
from boxd.service.notify import READY, Notifier, watchdog_s
from boxd.service.watchdog import keep_fed
from boxd.temporal.credentials import read_credentials
from boxd.temporal.seal import load_seal
from boxd.web.snapshot import SnapshotSource

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

log = structlog.get_logger("boxd")

# How often a box that refuses checks whether the disk was mended.
_TRY_LEDGER_EVERY_S = 5.0


async def start(
    config: Config, server_status: LatestServerStatus, running: Running, manager: Notifier
) -> None:
    """Start everything.

    Returns when HUD and commands answer, and the bays serve or say why they don't. Raises
    LedgerDamaged, LedgerTooNew, KeysMissing or HeldByAnother if the box must not dispense,
    ConfigError if a file in the configuration can't be used.
    """
    seal = load_seal(config.sealing_key_file)
    if config.temporal.address is not None:
        read_credentials(config.temporal)
    if config.temporal.address is not None or config.fleet_service is not None:
        from boxd.daemon.fleet import require_own_names

        await require_own_names(config, seal)
    changes = ChangeSignal()
    ledger, keys = await open_ledger(config, changes, running.closing)
    simulated = _simulated(config, running.closing)
    this_run = secrets.token_hex(4)
    dispensing = wire_dispensing(
        config, ledger, keys, simulated, this_run, changes, running.closing
    )
    health = ShownHealth(changes.note)
    serving = Readiness(health, dispensing.bays, ledger, config.temporal_dir)
    await _open_bays(config, dispensing, ledger, serving, running)
    # Codes are taken from here on. What people look at, and what drives workflows, is most of all
    # imports, and is loaded beside the bays.
    await asyncio.to_thread(_load_the_rest)
    from boxd.daemon.driving import keep_driving
    from boxd.daemon.parts import wire
    from boxd.daemon.people import open_to_people
    from boxd.daemon.snapshots import Snapshots

    parts = wire(config, ledger, keys, dispensing, changes, running.closing)
    snapshots = Snapshots(parts, changes, health)
    await snapshots.refresh()
    running.keep(snapshots.keep_fresh())
    running.keep(watch_unconfigured(parts.registry, changes.note))
    await open_to_people(parts, snapshots, simulated, running)
    server_status.send_to(serving)
    if config.temporal.address is not None:
        serving.external_server(config.temporal.address)
    keep_driving(parts, snapshots, serving, seal, running)
    if config.simulation.enabled:
        from boxd.daemon import demo_data

        running.keep(demo_data.greet(config, ledger, keys, serving.is_serving))
    _report(manager, snapshots, Proof(ledger, parts.bays), running)
    # What is loaded by now stays. A full collection walks through all of it, for 30 to 90 ms on a
    # fast machine, and may do so while somebody presses Enter.
    gc.freeze()


async def open_ledger(
    config: Config, changes: ChangeSignal, closing: AsyncExitStack
) -> tuple[Ledger, CodeKeys]:
    """The ledger and the keys of its codes; interrupted orders have become questions.

    Raises LedgerDamaged, LedgerTooNew, LedgerUnusable or KeysMissing.
    """
    ledger = await asyncio.to_thread(
        Ledger,
        config.ledger_file,
        outbox=assembly.outbox_settings(config),
        notices=assembly.notice_settings(config),
    )
    closing.callback(ledger.close)
    ledger.on_commit = changes.note_ledger
    anchor(box_clock, ledger)
    keys = assembly.keys(config, ledger)
    if unknown := assembly.prepare_ledger(config, ledger):
        log.error("actuations.unknown", actuations=unknown)
    return ledger, keys


async def _open_bays(
    config: Config,
    dispensing: Dispensing,
    ledger: Ledger,
    serving: Readiness,
    running: Running,
) -> None:
    """Start the devices, and show on each bay the redemption that is open there."""
    ledger.on_trouble = serving.ledger_troubled
    dispensing.announcer.on_lock = serving.lock
    running.closing.push_async_callback(serving.stop)
    await dispensing.registry.start()
    await assembly.show_where_it_stands(config, ledger, dispensing.bays, serving.lock)
    serving.open_bays()


def _load_the_rest() -> None:
    """Import what no bay needs."""
    from boxd.daemon import driving, people  # noqa: F401


async def start_refusing(
    config: Config,
    error: BoxdError,
    server_status: LatestServerStatus,
    running: Running,
    manager: Notifier,
) -> None:
    """Show on lamps, HUD and commands why nothing is dispensed.

    A disk that was full or read-only may be mended: under a service manager boxd then restarts.
    """
    from boxd.daemon.fault_mode import start_refusing_box
    from boxd.daemon.people import start_web

    closing = running.closing
    simulated = _simulated(config, closing)
    snapshots, box = await start_refusing_box(config, error, simulated, closing)
    if isinstance(error, LedgerDamaged):
        Running(closing, fail=lambda: None).keep(snapshots.look_for_backup())
    await start_web(config, box, simulated, closing)
    if isinstance(error, LedgerUnusable) and manager.is_heard:
        running.keep(_end_when_usable(config.ledger_file, running.fail))
    server_status.send_to(snapshots)
    _report(manager, snapshots, _nothing_to_prove, running)


async def _end_when_usable(ledger_file: Path, end: Callable[[], None]) -> None:
    """End the box that refuses as soon as another start would find its ledger usable."""
    while True:
        if await asyncio.to_thread(can_be_opened, ledger_file):
            log.info("ledger.recovered", next="boxd starts again")
            end()
            return
        await asyncio.sleep(_TRY_LEDGER_EVERY_S)


async def _nothing_to_prove() -> None:
    """A box that refuses does all it can while its loop runs; a restart would not change that."""


def _report(
    manager: Notifier,
    snapshots: SnapshotSource,
    prove: Callable[[], Awaitable[None]],
    running: Running,
) -> None:
    """Report to the service manager: ready, the status line, and the heartbeat."""
    if not manager.is_heard:
        return
    manager.tell(READY)
    running.keep(report_status(manager, snapshots))
    if (longest_s := watchdog_s()) is not None:
        running.keep(keep_fed(manager, longest_s, prove))


def _simulated(config: Config, closing: AsyncExitStack) -> SimulatedHardware | None:
    simulated = assembly.simulated(config)
    if simulated is not None:
        closing.callback(simulated.close)
    return simulated
