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

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.api.services import ServedBox
from boxd.bays.unconfigured import watch_unconfigured
from boxd.config import Config
from boxd.daemon import assembly, demo_data
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.fault_mode import start_refusing_box
from boxd.daemon.fleet import keep_linked, require_own_names
from boxd.daemon.latest_server_status import LatestServerStatus
from boxd.daemon.parts import Parts, open_ledger, wire
from boxd.daemon.phones import PhoneSide
from boxd.daemon.phones_gateway import PhonesGateway
from boxd.daemon.readiness import Readiness
from boxd.daemon.running import Running
from boxd.daemon.service import Proof, report_status
from boxd.daemon.snapshots import Snapshots
from boxd.daemon.worker_parts import keep_worker
from boxd.errors import BoxdError, LedgerDamaged, LedgerUnusable
from boxd.gateway.settings import opened_mark
from boxd.ledger.database import can_be_opened
from boxd.service.notify import READY, Notifier, watchdog_s
from boxd.service.watchdog import keep_fed
from boxd.temporal.credentials import read_credentials
from boxd.temporal.seal import load_seal
from boxd.web import problems
from boxd.web.rate_limit_middleware import nobody_known
from boxd.web.snapshot import SnapshotSource
from boxd.workflows.closed_workflows import keep_newest
from boxd.workflows.healing.healer import Healer
from boxd.workflows.healing.kept_histories import KeptHistories
from boxd.workflows.healing.subjects import subjects
from boxd.workflows.redemption.settling import Settler

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
    await require_own_names(config, seal)
    changes = ChangeSignal()
    ledger, keys = await open_ledger(config, changes, running.closing)
    simulated = _simulated(config, running.closing)
    this_run = secrets.token_hex(4)  # an answer belongs to the run of boxd that took it
    parts = wire(config, ledger, keys, simulated, this_run, changes, running.closing)
    snapshots = Snapshots(parts, changes)
    serving = Readiness(snapshots, parts.bays, ledger, config.temporal_dir)
    await _open_bays(parts, serving, running)
    await snapshots.refresh()
    running.keep(snapshots.keep_fresh())
    running.keep(watch_unconfigured(parts.registry, changes.note))
    await _open_to_people(parts, snapshots, simulated, running)
    server_status.send_to(serving)
    if config.temporal.address is not None:
        serving.external_server(config.temporal.address)
    _keep_driving(parts, running)
    if parts.fleet is not None:
        running.keep(keep_linked(parts.fleet, snapshots, ledger, running))
    keep_worker(parts, seal, serving, running)
    if config.simulation.enabled:
        running.keep(demo_data.greet(config, ledger, keys, serving.is_serving))
    _report(manager, snapshots, Proof(ledger, parts.bays), running)
    # What is loaded by now stays. A full collection walks through all of it, for 30 to 90 ms on a
    # fast machine, and may do so while somebody presses Enter.
    gc.freeze()


async def _open_bays(parts: Parts, serving: Readiness, running: Running) -> None:
    """Start the devices, and show on each bay the redemption that is open there."""
    parts.ledger.on_trouble = serving.ledger_troubled
    parts.announcer.on_lock = serving.lock
    running.closing.push_async_callback(serving.stop)
    await parts.registry.start()
    await assembly.show_open_redemptions(parts.ledger, parts.bays, serving.lock)
    serving.open_bays()


async def _open_to_people(
    parts: Parts, snapshots: Snapshots, simulated: SimulatedHardware | None, running: Running
) -> None:
    """Open the HUD, the commands' socket and the booth's network."""
    config = parts.config
    phones = PhoneSide(
        config, parts.ledger, parts.tasks, parts.photos, parts.keys, parts.label.shown
    )
    await phones.tell()
    await parts.photos.sweep()
    services = parts.services(phones.links, phones.staff, phones.network)
    running.keep(services.erasing.go_on())
    box = ServedBox(snapshots, parts.device_tests, services)
    server = await _start_web(config, box, simulated, running.closing, phones)
    _serve_phones(phones, parts, server, running)


def _serve_phones(phones: PhoneSide, parts: Parts, server: WebServer, running: Running) -> None:
    """Open the booth's network as soon as it is wanted; it follows the box's address and name."""
    config, label = parts.config, parts.label
    gateway: PhonesGateway | None = None
    others = label.on_change

    def serve() -> None:
        nonlocal gateway
        if gateway is None:
            gateway = PhonesGateway(config, server, parts.ledger, phones.address(), label.shown)
            link = gateway.link
            phones.read_at = lambda: link.epoch
            running.keep(gateway.keep())
        else:
            gateway.move_to(phones.address())

    def renamed() -> None:
        others()
        if gateway is not None:
            gateway.link.cards_changed(None)  # the name is on every page that phones keep
            serve()

    phones.network.on_change = serve
    label.on_change = renamed
    if phones.network.is_open:
        serve()
    else:
        opened_mark(config.gateway_dir).unlink(missing_ok=True)


def _keep_driving(parts: Parts, running: Running) -> None:
    """Keep what drives the facts of the ledger on, beside the worker."""
    running.keep(parts.clock.keep())
    if parts.upstream is not None:
        running.keep(parts.upstream.service.run())
    if parts.notices is not None:
        running.keep(parts.notices.run())
    settler = Settler(
        parts.connection,
        parts.ledger,
        parts.redemptions,
        parts.opener,
        parts.announcer,
        parts.config.box.id,
    )
    running.keep(settler.run())
    running.keep(_healer(parts).run())
    running.keep(parts.verdicts.run())
    if parts.config.temporal.address is None:
        running.keep(keep_newest(parts.connection, parts.config.box.id))


def _healer(parts: Parts) -> Healer:
    upstream = parts.upstream.service if parts.upstream is not None else None
    kinds = subjects(
        parts.config.box.id,
        parts.ledger,
        parts.redemptions,
        parts.tasks,
        parts.recoveries,
        parts.schedules,
        parts.histories,
        upstream,
        parts.notices,
    )
    histories = KeptHistories(parts.config.healed_dir)
    return Healer(
        parts.connection, parts.ledger, parts.config.box.id, parts.tasks, kinds, histories
    )


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
    closing = running.closing
    simulated = _simulated(config, closing)
    snapshots, box = await start_refusing_box(config, error, simulated, closing)
    if isinstance(error, LedgerDamaged):
        Running(closing, fail=lambda: None).keep(snapshots.look_for_backup())
    await _start_web(config, box, simulated, closing)
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
        phones.address if phones else str,
        phones.own_routes if phones else (),
        phones.own_errors if phones else problems.respond_with_problem,
    )
    server = WebServer(application)
    closing.push_async_callback(server.stop)
    await server.start(config.web.host, config.web.port, config.socket_file)
    log.info("hud.listening", address=f"http://{config.web.host}:{server.port}/")
    return server
