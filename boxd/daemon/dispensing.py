"""From a bay's keypad to the latch: devices, bays and redemptions, wired to each other.

They need each other in a circle: a bay asks the redemptions' service, which announces to the bays;
a device that changes is noticed by its bay. So they are made in one place, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boxd.bays.bay import Bay
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.opening import Opener
from boxd.bays.operator_console import OperatorConsole
from boxd.bays.reconnects import ReconnectNotifier
from boxd.config import Config
from boxd.daemon import assembly
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.fleet import linked
from boxd.devices import DeviceState
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.lights.wled import WledStrip
from boxd.words import N_
from boxd.workflows.fleet.service import FleetLink
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.server_connection import ServerConnection

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

_MISSING = {
    DeviceState.UNREACHABLE: N_("{device} is unreachable: {why}"),
    DeviceState.DISABLED: N_("{device} is switched off in the configuration"),
}


@dataclass(frozen=True)
class Dispensing:
    """The parts between a bay's keypad and the latch."""

    registry: DeviceRegistry
    opener: Opener
    announcer: Announcer
    decisions: RedemptionDecisions
    fleet: FleetLink | None
    redemptions: RedemptionService
    bays: Mapping[str, Bay]
    strips: tuple[WledStrip, ...]
    operator: OperatorConsole


def wire_dispensing(
    config: Config,
    ledger: Ledger,
    keys: CodeKeys,
    simulated: SimulatedHardware | None,
    run: str,
    changes: ChangeSignal,
    closing: AsyncExitStack,
    connection: ServerConnection,
) -> Dispensing:
    """The parts, wired to each other; `closing` ends them, `connection` may come up later."""
    reconnects = ReconnectNotifier()
    bays: dict[str, Bay] = {}  # filled below: they need the service, and it announces to them

    def devices_changed() -> None:
        reconnects.look(registry.statuses())
        registry.notice()
        _note_missing(config, registry, bays)
        changes.note()

    registry = assembly.registry(config, simulated, devices_changed)
    closing.push_async_callback(registry.close)
    opener = assembly.opener(config, registry, ledger)
    closing.push_async_callback(opener.finish)
    announcer = Announcer(ledger, bays)
    decisions = RedemptionDecisions(
        ledger, opener, announcer, assembly.redemption_rules(config, run)
    )
    closing.push_async_callback(decisions.finish)
    fleet = linked(config, ledger, keys)
    redemptions = _redemptions(connection, config, ledger, keys, decisions, run, closing, fleet)
    bays |= assembly.bays(config, registry, redemptions, changes.note)
    strips = _lit_strips(config, bays, changes, closing)
    operator = assembly.operator_console(config, registry, redemptions, changes.note)
    _forget_at_reconnects(config, reconnects, bays, operator, closing)
    return Dispensing(
        registry=registry,
        opener=opener,
        announcer=announcer,
        decisions=decisions,
        fleet=fleet,
        redemptions=redemptions,
        bays=bays,
        strips=strips,
        operator=operator,
    )


def _redemptions(
    connection: ServerConnection,
    config: Config,
    ledger: Ledger,
    keys: CodeKeys,
    decisions: RedemptionDecisions,
    run: str,
    closing: AsyncExitStack,
    fleet: FleetLink | None,
) -> RedemptionService:
    starter = WorkflowStarter(connection, config)
    closing.push_async_callback(starter.close)
    service = RedemptionService(
        connection,
        ledger,
        keys,
        decisions,
        starter,
        homes=assembly.homes(config),
        daemon=run,
        fleet=fleet,
    )
    closing.push_async_callback(service.close)
    return service


def _lit_strips(
    config: Config, bays: Mapping[str, Bay], changes: ChangeSignal, closing: AsyncExitStack
) -> tuple[WledStrip, ...]:
    strips = assembly.strips(config, bays, changes.note)
    for strip in strips:
        strip.start()
        closing.push_async_callback(strip.close)
    return strips


def _forget_at_reconnects(
    config: Config,
    reconnects: ReconnectNotifier,
    bays: Mapping[str, Bay],
    operator: OperatorConsole,
    closing: AsyncExitStack,
) -> None:
    """What was typed halfway is forgotten when its keypad went away."""
    for bay in config.bays:
        reconnects.subscribe(bay.keypad, bays[bay.id].forget_touches)
        closing.callback(bays[bay.id].close)
    if config.operator.keypad is not None:
        reconnects.subscribe(config.operator.keypad, operator.forget_touches)
    closing.callback(operator.close)


def _note_missing(config: Config, registry: DeviceRegistry, bays: Mapping[str, Bay]) -> None:
    """A bay without its keypad or lamps serves nobody, and says which device it lacks."""
    away = {
        status.name: _MISSING[status.state].format(device=status.name, why=status.why)
        for status in registry.statuses()
        if status.state in _MISSING
    }
    for bay in config.bays:
        if bay.id in bays:
            bays[bay.id].availability.miss(away.get(bay.keypad) or away.get(bay.lamps) or "")
