"""The box's part in an event of several boxes: its names at shared services, and its link."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog
from temporalio.client import Client

from boxd.config import Config
from boxd.daemon.hub_activities import HubActivities
from boxd.daemon.running import Running
from boxd.errors import HeldByAnother, TemporalUnavailable
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, as_text
from boxd.temporal.client import connect
from boxd.temporal.seal import Seal, load_seal
from boxd.workflows.fleet.activities import FleetActivities, FleetBox
from boxd.workflows.fleet.lease_activities import LeaseActivities, LimitRules
from boxd.workflows.fleet.limit_keeper import LimitKeeper
from boxd.workflows.fleet.messages import box_of_event
from boxd.workflows.fleet.service import FleetLink, FleetPlace, FleetState
from boxd.workflows.fleet.stock_activities import StockActivities
from boxd.workflows.place.installation import load_installation
from boxd.workflows.place.service import hold

if TYPE_CHECKING:
    from boxd.daemon.snapshots import Snapshots  # which import this module

log = structlog.get_logger("boxd")

# A box whose service is away starts all the same.
_SERVICE_ANSWERS_WITHIN_S = 2.0


def place_of(config: Config) -> FleetPlace | None:
    """Where the box belongs; None for a box whose codes don't move."""
    fleet, service = config.fleet, config.fleet_service
    if service is None or fleet.event is None or fleet.number is None:
        return None
    return FleetPlace(fleet.event, fleet.number, service)


async def require_own_names(config: Config, seal: Seal) -> None:
    """Hold the box's name at each shared service that answers now; else that is done later.

    Raises HeldByAnother, before the ledger is opened.
    """
    names = [(config.temporal, seal, config.box.id)] if config.temporal.address else []
    if (place := place_of(config)) is not None:
        box = box_of_event(place.event, place.number)
        names.append((place.service, load_seal(config.fleet_key_file), box))
    for settings, its_seal, name in names:
        try:
            client = await connect(settings, its_seal, _SERVICE_ANSWERS_WITHIN_S)
            await hold_name(config, name, client)
        except TemporalUnavailable as error:
            log.info("place.not_held_yet", name=name, why=str(error))


async def hold_name(config: Config, name: str, client: Client) -> None:
    """Hold one name for this installation. Raises HeldByAnother, TemporalUnavailable."""
    installation = await asyncio.to_thread(load_installation, config.installation_file)
    await hold(client, name, installation)


def linked(config: Config, ledger: Ledger, keys: CodeKeys) -> FleetLink | None:
    """The link, not running yet; None for a box whose codes don't move."""
    place = place_of(config)
    if place is None:
        return None
    box = FleetBox(config.box.id, place.number)
    name = box_of_event(place.event, place.number)
    return FleetLink(
        place,
        load_seal(config.fleet_key_file),
        FleetActivities(ledger, keys, box),
        partial(hold_name, config, name),
        StockActivities(ledger, place.event, place.number),
        LeaseActivities(
            ledger,
            place.event,
            place.number,
            LimitRules(config.codes.per_attendee, config.fleet.first),
        ),
    )


def limit_keeper(config: Config, ledger: Ledger, link: FleetLink | None) -> LimitKeeper | None:
    """Asks the box that keeps the attendees' limits; None where this box does, or nobody."""
    number = config.limit_keeper
    if link is None or number is None:
        return None
    known = config.fleet.box_names
    name = f"box {number} ({known[number - 1]})" if number <= len(known) else f"box {number}"
    return LimitKeeper(ledger, link.ask_keeper, name)


async def keep_linked(
    link: FleetLink, snapshots: Snapshots, ledger: Ledger, running: Running
) -> None:
    """Keep the link; a box whose number another one has stops, and serves nobody afterwards."""
    link.on_change = partial(_show, snapshots)
    link.for_the_hub = HubActivities(snapshots, ledger, link.number).all()
    _show(snapshots, link.state)
    try:
        await link.run()
    except HeldByAnother as error:
        log.error("box.is_a_twin", why=str(error))
        running.fail()


def _show(snapshots: Snapshots, link: FleetState) -> None:
    """How the box stands to its fleet, on the HUD and in `boxd status`."""
    snapshots.health.change(
        fleet="connected" if link.is_connected else "alone",
        fleet_why=link.why,
        fleet_since=as_text(link.since),
    )
