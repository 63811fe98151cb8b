"""What people look at: HUD, commands, API, console, phones. Loaded once the bays take codes."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.api.services import BoxServices, ServedBox
from boxd.config import Config
from boxd.daemon.parts import Parts
from boxd.daemon.phones import PhoneSide
from boxd.daemon.phones_gateway import PhonesGateway
from boxd.daemon.running import Running
from boxd.daemon.snapshots import Snapshots
from boxd.gateway.settings import opened_mark
from boxd.look_back.service import LookBackService
from boxd.organiser.code_batches import CodeBatches
from boxd.organiser.erasing import Erasing
from boxd.organiser.keyed_answers import KeyedAnswers
from boxd.organiser.token_check import TokenCheck
from boxd.web import problems
from boxd.web.rate_limit_middleware import nobody_known

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

log = structlog.get_logger("boxd")


async def open_to_people(
    parts: Parts, snapshots: Snapshots, simulated: SimulatedHardware | None, running: Running
) -> None:
    """Open the HUD, the commands' socket and the booth's network."""
    config = parts.config
    phones = PhoneSide(
        config, parts.ledger, parts.tasks, parts.photos, parts.keys, parts.label.shown
    )
    await phones.tell()
    await parts.photos.sweep()
    services = services_of(parts, phones)
    running.keep(services.erasing.go_on())
    box = ServedBox(snapshots, parts.device_tests, services)
    server = await start_web(config, box, simulated, running.closing, phones)
    _serve_phones(phones, parts, server, running)


def services_of(parts: Parts, phones: PhoneSide) -> BoxServices:
    """The parts that requests reach."""
    return BoxServices(
        config=parts.config,
        ledger=parts.ledger,
        keys=parts.keys,
        bays=parts.bays,
        strips=parts.strips,
        opener=parts.opener,
        redemptions=parts.redemptions,
        tasks=parts.tasks,
        verdicts=parts.verdicts,
        recoveries=parts.recoveries,
        look_backs=LookBackService(parts.connection, parts.ledger, parts.config),
        pictures=parts.pictures,
        photos=parts.photos,
        schedules=parts.schedules,
        backups=parts.backups,
        clock=parts.clock,
        erasing=Erasing(parts.ledger, parts.histories, parts.photos),
        batches=CodeBatches(parts.config, parts.ledger, parts.keys),
        tokens=TokenCheck(parts.ledger),
        keyed_answers=KeyedAnswers(parts.ledger, parts.keys),
        links=phones.links,
        staff=phones.staff,
        phones=phones.network,
        label=parts.label,
        audit_key=parts.audit_key,
        upstream=parts.upstream,
    )


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


async def start_web(
    config: Config,
    box: ServedBox,
    simulated: SimulatedHardware | None,
    closing: AsyncExitStack,
    phones: PhoneSide | None = None,
) -> WebServer:
    """Open the HUD and the commands' socket, with phones' pages on a box that serves them."""
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
