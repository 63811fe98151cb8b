"""The order in which the parts of a box start."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.api.services import ServedBox
from boxd.bays.unconfigured import watch_unconfigured
from boxd.config import Config
from boxd.daemon import assembly, demo_data
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.fault_mode import start_refusing_box
from boxd.daemon.latest_server_status import LatestServerStatus
from boxd.daemon.parts import Parts, open_ledger, wire
from boxd.daemon.phones import PhoneSide
from boxd.daemon.phones_gateway import PhonesGateway
from boxd.daemon.readiness import Readiness
from boxd.daemon.service import Proof, report_status
from boxd.daemon.snapshots import Snapshots
from boxd.errors import BoxdError, LedgerDamaged, LedgerUnusable
from boxd.ledger.database import can_be_opened
from boxd.service.notify import READY, Notifier, watchdog_s
from boxd.service.watchdog import keep_fed
from boxd.temporal.credentials import read_credentials
from boxd.temporal.seal import Seal, load_seal
from boxd.web import problems
from boxd.web.rate_limit_middleware import nobody_known
from boxd.web.snapshot import SnapshotSource
from boxd.workflows.housekeeping.activities import HousekeepingActivities
from boxd.workflows.redemption.activities import RedemptionActivities
from boxd.workflows.redemption.settling import Settler
from boxd.workflows.runner import Runner, Services
from boxd.workflows.tasks.activities import TaskActivities
from boxd.workflows.tasks.issue_activities import IssueActivities
from boxd.workflows.upstream.activities import UpstreamActivities

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

log = structlog.get_logger("boxd")

# How often a box that refuses checks whether the disk was mended.
_TRY_LEDGER_EVERY_S = 5.0


async def start(
    config: Config,
    server_status: LatestServerStatus,
    closing: AsyncExitStack,
    fail: Callable[[], None],
    manager: Notifier,
) -> None:
    """Start everything; `closing` ends it in reverse order, `fail` is called if it breaks.

    Returns when HUD and commands answer, and the bays serve or say why they don't. Raises
    LedgerDamaged, LedgerTooNew or KeysMissing if the box must not dispense, ConfigError if a file
    in the configuration can't be used.
    """
    if config.temporal.address is not None:
        read_credentials(config.temporal)
    changes = ChangeSignal()
    ledger, keys = await open_ledger(config, changes, closing)
    seal = load_seal(config.sealing_key_file)
    simulated = _simulated(config, closing)
    this_run = secrets.token_hex(4)  # an answer belongs to the run of boxd that took it
    parts = wire(config, ledger, keys, simulated, this_run, changes, closing)
    phones = PhoneSide(config, ledger, parts.tasks, keys)
    snapshots = Snapshots(parts, changes)
    serving = Readiness(snapshots, parts.bays, ledger, config.temporal_dir)
    ledger.on_trouble = serving.ledger_troubled
    parts.announcer.on_lock = serving.lock
    closing.push_async_callback(serving.stop)
    await parts.registry.start()
    await assembly.show_open_redemptions(ledger, parts.bays, serving.lock)
    serving.open_bays()
    await snapshots.refresh()
    _keep_running(snapshots.keep_fresh(), closing, fail)
    _keep_running(watch_unconfigured(parts.registry, changes.note), closing, fail)
    await phones.tell()
    box = ServedBox(snapshots, parts.device_tests, parts.services(phones.links, phones.staff))
    server = await _start_web(config, box, simulated, closing, phones)
    if config.phones.enabled:
        gateway = PhonesGateway(config, server, ledger)
        phones.read_at = lambda: gateway.link.epoch
        _keep_running(gateway.keep(), closing, fail)
    _keep_running(parts.clock.keep(), closing, fail)
    server_status.send_to(serving)
    if config.temporal.address is not None:
        serving.external_server(config.temporal.address)
    if parts.upstream is not None:
        _keep_running(parts.upstream.service.run(), closing, fail)
    settler = Settler(parts.connection, ledger, parts.redemptions, parts.opener, parts.announcer)
    _keep_running(settler.run(), closing, fail)
    _keep_running(parts.verdicts.run(), closing, fail)
    _start_worker(parts, seal, serving, closing, fail)
    if config.simulation.enabled:
        _keep_running(demo_data.greet(config, ledger, keys, serving.is_serving), closing, fail)
    _report(manager, snapshots, Proof(ledger, parts.bays), closing, fail)
    # What is loaded by now stays. A full collection walks through all of it, for 30 to 90 ms on a
    # fast machine, and may do so while somebody presses Enter.
    gc.freeze()


def _start_worker(
    parts: Parts,
    seal: Seal,
    serving: Readiness,
    closing: AsyncExitStack,
    fail: Callable[[], None],
) -> None:
    config = parts.config
    redemptions = RedemptionActivities(parts.ledger, parts.opener, parts.announcer, parts.decisions)
    activities = [*redemptions.all()]
    delivery = parts.upstream
    if delivery is not None:
        activities += UpstreamActivities(delivery.sender, delivery.puller).all()
    closing.callback(parts.backups.yielding.end)
    activities += HousekeepingActivities(
        parts.ledger, config.ledger_file, parts.backups, parts.device_tests.run_unattended
    ).all()
    of_tasks = [
        *TaskActivities(parts.ledger, parts.task_fates).all(),
        *IssueActivities(parts.ledger, parts.keys, assembly.issue_rules(config)).all(),
    ]
    runner = Runner(
        config=config,
        ledger=parts.ledger,
        seal=seal,
        activities=activities,
        activities_of_tasks=of_tasks,
        on_serving=serving.worker_serves,
        on_undecided=serving.undecided,
    )
    serving.on_server_down(runner.doubt)
    services = Services(
        parts.connection,
        parts.redemptions,
        parts.tasks,
        parts.schedules,
        delivery.service if delivery is not None else None,
    )
    _keep_running(runner.run(services), closing, fail)


async def start_refusing(
    config: Config,
    error: BoxdError,
    server_status: LatestServerStatus,
    closing: AsyncExitStack,
    fail: Callable[[], None],
    manager: Notifier,
) -> None:
    """Show on lamps, HUD and commands why nothing is dispensed.

    A disk that was full or read-only may be mended: under a service manager boxd then restarts.
    """
    simulated = _simulated(config, closing)
    snapshots, box = await start_refusing_box(config, error, simulated, closing)
    if isinstance(error, LedgerDamaged):
        _keep_running(snapshots.look_for_backup(), closing, lambda: None)
    await _start_web(config, box, simulated, closing)
    if isinstance(error, LedgerUnusable) and manager.is_heard:
        _keep_running(_end_when_usable(config.ledger_file, fail), closing, fail)
    server_status.send_to(snapshots)
    _report(manager, snapshots, _nothing_to_prove, closing, fail)


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
    closing: AsyncExitStack,
    fail: Callable[[], None],
) -> None:
    """Report to the service manager: ready, the status line, and the heartbeat."""
    if not manager.is_heard:
        return
    manager.tell(READY)
    _keep_running(report_status(manager, snapshots), closing, fail)
    if (longest_s := watchdog_s()) is not None:
        _keep_running(keep_fed(manager, longest_s, prove), closing, fail)


def _simulated(config: Config, closing: AsyncExitStack) -> SimulatedHardware | None:
    simulated = assembly.simulated(config)
    if simulated is not None:
        closing.callback(simulated.close)
    return simulated


async def _start_web(
    config: Config,
    box: ServedBox,
    simulated: SimulatedHardware | None,
    closing: AsyncExitStack,
    phones: PhoneSide | None = None,
) -> WebServer:
    application = Application(
        box,
        simulated,
        config.allowed_hosts,
        config.phones,
        phones.routes if phones else (),
        phones.errors if phones else problems.respond_with_problem,
        phones.client_named if phones else nobody_known,
        phones.own_routes if phones else (),
        phones.own_errors if phones else problems.respond_with_problem,
    )
    server = WebServer(application)
    closing.push_async_callback(server.stop)
    await server.start(config.web.host, config.web.port, config.socket_file)
    log.info("hud.listening", address=f"http://{config.web.host}:{server.port}/")
    return server


def _keep_running(
    work: Coroutine[None, None, None], closing: AsyncExitStack, fail: Callable[[], None]
) -> None:
    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("part.crashed", next="boxd stops", exc_info=error)
            fail()

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    closing.push_async_callback(partial(_end, task))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
