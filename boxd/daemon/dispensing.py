"""From a bay's keypad to the verdict and the latch: devices, bays and decisions, wired together.

They need each other in a circle: a bay has its codes decided, which is announced to the bays; a
device that changes is noticed by its bay. So they are made in one place, in this order. Nothing
here imports the Temporal SDK, which takes half a second and is not needed to decide a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boxd.bays.bay import Bay
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.opening import Opener
from boxd.bays.reconnects import ReconnectNotifier
from boxd.bays.redemptions import AnswerTaker
from boxd.config import Config
from boxd.daemon import assembly
from boxd.daemon.change_signal import ChangeSignal
from boxd.devices import DeviceState
from boxd.errors import TemporalUnavailable
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.lights.wled import WledStrip
from boxd.redemption import Answer, Reply
from boxd.words import N_
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.claiming import Claiming
from boxd.workflows.redemption.decisions import RedemptionDecisions

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware
    from boxd.workflows.fleet.service import FleetLink

_MISSING = {
    DeviceState.UNREACHABLE: N_("{device} is unreachable: {why}"),
    DeviceState.DISABLED: N_("{device} is switched off in the configuration"),
}


class BayRedemptions:
    """What the bays ask: codes are decided at once, answers once `answers` delivers them."""

    def __init__(self, claiming: Claiming) -> None:
        self._claiming = claiming
        self.answers: AnswerTaker | None = None

    async def begin(self, bay: str, typed: str) -> None:
        """Decide the digits typed at `bay`. Raises LedgerUnusable if nothing was decided."""
        await self._claiming.begin(bay, typed)

    async def answer(self, answer: Answer) -> Reply:
        """Have an answer decided. Raises TemporalUnavailable while boxd is starting."""
        if self.answers is None:
            raise TemporalUnavailable(N_("boxd is starting"))
        return await self.answers.answer(answer)


@dataclass(frozen=True)
class Dispensing:
    """The parts between a bay's keypad and the latch; `reconnects` says which device came back."""

    registry: DeviceRegistry
    opener: Opener
    announcer: Announcer
    decisions: RedemptionDecisions
    claiming: Claiming
    fleet: FleetLink | None
    redemptions: BayRedemptions
    bays: Mapping[str, Bay]
    strips: tuple[WledStrip, ...]
    reconnects: ReconnectNotifier


def wire_dispensing(
    config: Config,
    ledger: Ledger,
    keys: CodeKeys,
    simulated: SimulatedHardware | None,
    run: str,
    changes: ChangeSignal,
    closing: AsyncExitStack,
) -> Dispensing:
    """The parts, wired to each other; `closing` ends them.

    `run` names this run of boxd: an answer belongs to the run that took it.
    """
    reconnects = ReconnectNotifier()
    bays: dict[str, Bay] = {}  # filled below: they need the decisions, which announce to them

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
    fleet = _linked(config, ledger, keys)
    claiming = Claiming(ledger, keys, decisions, assembly.homes(config), fleet)
    redemptions = BayRedemptions(claiming)
    bays |= assembly.bays(config, registry, redemptions, changes.note)
    strips = _lit_strips(config, bays, changes, closing)
    _forget_at_reconnects(config, reconnects, bays, closing)
    return Dispensing(
        registry=registry,
        opener=opener,
        announcer=announcer,
        decisions=decisions,
        claiming=claiming,
        fleet=fleet,
        redemptions=redemptions,
        bays=bays,
        strips=strips,
        reconnects=reconnects,
    )


def _linked(config: Config, ledger: Ledger, keys: CodeKeys) -> FleetLink | None:
    """The link to the other boxes of an event; a box that stands alone does not even load it."""
    if config.fleet_service is None:
        return None
    from boxd.daemon.fleet import linked

    return linked(config, ledger, keys)


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
    closing: AsyncExitStack,
) -> None:
    """What was typed halfway is forgotten when its keypad went away."""
    for bay in config.bays:
        reconnects.subscribe(bay.keypad, bays[bay.id].forget_touches)
        closing.callback(bays[bay.id].close)


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
