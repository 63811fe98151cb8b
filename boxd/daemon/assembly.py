"""Puts a box together: its devices, bays, services and ledger, wired to each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import structlog

from boxd.bays.bay import Bay, BayDevices
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.doors import DoorWatch
from boxd.bays.latch_feedback import LatchFeedback
from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.bays.operator_console import OperatorConsole
from boxd.bays.redemptions import AnswerTaker, RecoveryTaker, Redemptions
from boxd.config import Config
from boxd.config.addresses import split
from boxd.config.lights_schema import Lights
from boxd.config.schema import Locker, OnDecline
from boxd.daemon.buses import buses
from boxd.devices import DeviceState
from boxd.errors import KeysMissing
from boxd.ledger import (
    actuations,
    closing,
    codes,
    lockers,
    lockouts,
    redemption_standings,
    task_publishing,
    tasks,
)
from boxd.ledger.audit_key import AuditKey, load_audit_key
from boxd.ledger.backup import BackupRules
from boxd.ledger.choices import LIGHT_SHOW
from boxd.ledger.code_keys import CodeKeys, load_keys
from boxd.ledger.home_number import Homes
from boxd.ledger.issuing import IssueRules
from boxd.ledger.issuing_again import IssuedAgain, issue_again
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.notice_settings import NoticeSettings
from boxd.ledger.notices import NoticeKind
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.ledger.recoveries import Issuing
from boxd.lights.strip_frame import Playing
from boxd.lights.wled import StripAddress, WledStrip
from boxd.machine_clock import utc_now
from boxd.organiser.task_file import kind_of
from boxd.recovery import RecoveryAnswer
from boxd.task import Checkpoint
from boxd.workflows.redemption.decisions import RedemptionRules

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware

log = structlog.get_logger("boxd")


def simulated(config: Config) -> SimulatedHardware | None:
    """The simulated box, in simulation; None with real hardware."""
    if not config.simulation.enabled:
        return None
    from boxd.sim.hardware import SimulatedHardware

    return SimulatedHardware(config)


def registry(
    config: Config, simulated: SimulatedHardware | None, on_change: Callable[[], None]
) -> DeviceRegistry:
    """Every configured device on its bus."""
    made = buses(config, simulated, on_change)
    return DeviceRegistry([device.name for device in config.devices], made)


def outbox_settings(config: Config) -> OutboxSettings | None:
    """How the ledger records events; None without an upstream."""
    if config.upstream.url is None:
        return None
    return OutboxSettings(config.upstream.stock_low, config.upstream.most_waiting)


def notice_settings(config: Config) -> NoticeSettings | None:
    """How the ledger records notices; None without a way to send them."""
    names = config.notices.ways
    kinds = frozenset(kind for kind in NoticeKind if getattr(config.notices, kind))
    return NoticeSettings(kinds, names) if names and kinds else None


def keys(config: Config, ledger: Ledger) -> CodeKeys:
    """The keys of the codes, made on a box that has never issued one."""
    has_codes = ledger.write_now(lambda tx: codes.any_exist(tx.connection))
    return load_keys(config.claim_key_file, config.reading_key_file, may_create=not has_codes)


def issuing_again(config: Config, keys: CodeKeys) -> Issuing:
    """How codes are issued again that an old key has sealed, by the rules of new ones."""

    def issue(tx: Transaction, answer: RecoveryAnswer) -> IssuedAgain:
        order = codes.CodeOrder(
            attendee="",
            box=config.box.id,
            length=config.codes.length,
            valid_days=config.codes.valid_days,
            actor=answer.actor,
            home=config.fleet.number,
        )
        return issue_again(tx, order, keys, answer.note or "card lost")

    return issue


def audit_key(config: Config) -> AuditKey | None:
    """The key that signs heads of the audit trail.

    None if its file can't be used: heads then leave the box without a signature, and the doctor
    says why.
    """
    try:
        return load_audit_key(config.audit_key_file, config.box.id)
    except KeysMissing as error:
        log.error("audit_key.unusable", why=str(error))
        return None


def bays(
    config: Config,
    registry: DeviceRegistry,
    redemptions: Redemptions,
    on_change: Callable[[], None],
) -> dict[str, Bay]:
    """The bays with their devices."""
    timers = asyncio.get_running_loop()
    return {
        bay.id: Bay(
            bay,
            config.timeouts,
            BayDevices(
                registry.keypad(bay.keypad),
                registry.lamps(bay.lamps),
                registry.buzzer(bay.buzzer) if bay.buzzer else None,
                registry.reader(bay.reader) if bay.reader else None,
            ),
            redemptions,
            on_change=on_change,
            timers=timers,
            now=lambda: utc_now().astimezone(),
            homes=homes(config),
            lights=config.lights.in_effect,
        )
        for bay in config.bays
    }


def strips(
    config: Config, bays: Mapping[str, Bay], on_change: Callable[[], None]
) -> tuple[WledStrip, ...]:
    """The strips of lights, each of which shows what its bay shows."""
    return tuple(
        WledStrip(
            StripAddress(each.bay, each.host, each.port, each.leds, each.brightness / 100),
            partial(_playing, bays[each.bay]),
            on_change,
        )
        for each in config.lights.strips
    )


def _playing(bay: Bay) -> Playing:
    return bay.playing


def operator_console(
    config: Config,
    registry: DeviceRegistry,
    redemptions: AnswerTaker,
    recoveries: RecoveryTaker,
    on_change: Callable[[], None],
) -> OperatorConsole:
    """The operator's keys, if the box has any."""
    keypad, buzzer = config.operator.keypad, config.operator.buzzer
    return OperatorConsole(
        redemptions,
        registry.keypad(keypad) if keypad else None,
        registry.buzzer(buzzer) if buzzer else None,
        on_change=on_change,
        timers=asyncio.get_running_loop(),
        stuck_key_s=config.timeouts.stuck_key_s,
        recoveries=recoveries if keypad else None,
        key_labels=next(
            (device.key_labels for device in config.devices if device.name == keypad), {}
        ),
    )


def opener(config: Config, registry: DeviceRegistry, ledger: Ledger) -> Opener:
    """The opener, which opens the lockers and watches their doors."""
    left_open_s = config.timeouts.door_left_open_s
    parts = [_locker_parts(locker, registry, ledger, left_open_s) for locker in config.lockers]
    return Opener(ledger, parts, config.timeouts.door_opens_s)


def _locker_parts(
    locker: Locker, registry: DeviceRegistry, ledger: Ledger, left_open_s: float
) -> LockerParts:
    latch = registry.latch(locker.latch)
    # A door switch or a latch's contact is believed; without one, the operator is.
    door = registry.door(locker.door) if locker.door else latch.feedback
    return LockerParts(
        id=locker.id,
        bay=locker.bay,
        latch=latch,
        latch_state=partial(_state_of, registry, split(locker.latch)[0]),
        door=DoorWatch(locker.id, door, ledger, left_open_s) if door else None,
        latch_feedback=LatchFeedback(latch.feedback) if locker.door and latch.feedback else None,
    )


def _state_of(registry: DeviceRegistry, device: str) -> DeviceState:
    return registry.device(device).status.state


def redemption_rules(config: Config, daemon: str) -> RedemptionRules:
    """What the configuration decides about redemptions, in this run of boxd."""
    rule = config.lockout
    return RedemptionRules(
        box=config.box.id,
        daemon=daemon,
        lockout=lockouts.LockoutRule(rule.wrong_codes, rule.first_s, rule.longest_s),
        decline_voids_code=config.codes.on_decline is OnDecline.VOID_CODE,
    )


def prepare_ledger(config: Config, ledger: Ledger) -> list[str]:
    """Before anything moves: add the lockers, turn interrupted orders into questions.

    Returns the ids of the orders with an unknown outcome.
    """
    clock = lockouts.boot_clock()
    ledger.write_now(lambda tx: lockers.declare(tx, [locker.id for locker in config.lockers]))
    ledger.write_now(lambda tx: lockouts.adopt_after_boot(tx, clock))
    return ledger.write_now(actuations.settle_interrupted)


def declare_tasks(config: Config, ledger: Ledger) -> frozenset[str]:
    """Store the kinds of task, and end or approve the tasks that this changes.

    Returns the kinds whose rules were changed.
    """
    kinds = [kind_of(task) for task in config.tasks]
    places = [Checkpoint(each.id, each.name) for each in config.checkpoints]
    changed = ledger.write_now(lambda tx: task_publishing.declare(tx, kinds, places))
    ledger.write_now(tasks.catch_up)
    return changed


def backup_rules(config: Config) -> BackupRules:
    """The configured rules for backups."""
    rules = config.backups
    return BackupRules(config.backup_dir, rules.keep, rules.keep_days, rules.seal_to)


def homes(config: Config) -> Homes:
    """How the codes of this event are numbered."""
    fleet = config.fleet
    return Homes(config.codes.length, fleet.number, fleet.first, fleet.box_names)


def issue_rules(config: Config) -> IssueRules:
    """The configured rules for new codes."""
    rules = config.codes
    return IssueRules(
        box=config.box.id,
        length=rules.length,
        valid_days=rules.valid_days,
        per_attendee=rules.per_attendee,
        home=config.fleet.number,
        has_keeper=config.limit_keeper is not None,
    )


def show_event(bays: Mapping[str, Bay], lights: Lights, chosen: str, is_closed: bool) -> None:
    """Let each bay play the light show that an organiser chose, and say if the event is over."""
    show = lights.with_show(lights.named(chosen))
    for bay in bays.values():
        bay.use_lights(show)
        bay.availability.close_event(is_closed)


async def show_where_it_stands(
    config: Config, ledger: Ledger, known: Mapping[str, Bay], on_lock: Callable[[str, float], None]
) -> None:
    """Let each bay show its event, its open redemption, and each lock that is still active."""
    clock = lockouts.boot_clock()
    is_closed = await ledger.read(closing.is_closed)
    show_event(known, config.lights, await ledger.read(LIGHT_SHOW.now), is_closed)
    for standing in await ledger.read(redemption_standings.open_ones):
        if standing.bay in known:
            known[standing.bay].follow(standing)
    for name in known:
        remaining_s = await ledger.read(partial(lockouts.remaining_s, bay=name, clock=clock))
        if remaining_s > 0:
            on_lock(name, remaining_s)
