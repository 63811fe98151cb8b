"""The ledger's part of the HUD, read at one moment."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from boxd.ledger import (
    alarms,
    audit,
    closing,
    lockers,
    outbox,
    prize_names,
    prize_pictures,
    recoveries,
    redemption_standings,
    rehearsal,
    stock,
    stock_moves,
)
from boxd.ledger.choices import LIGHT_SHOW
from boxd.ledger.outbox import Depth
from boxd.ledger.stock_moves import StockMove
from boxd.recovery import RecoveryQuestion
from boxd.redemption import RedemptionStanding

# The actions that people at the box care about; the audit trail has the rest.
_SHOWN = (
    "claim.accepted",
    "claim.refused",
    "keypad.locked",
    "redemption.loaded",
    "redemption.substituted",
    "redemption.declined",
    "redemption.cancelled",
    "redemption.jammed",
    "redemption.opened",
    "redemption.completed",
    "recovery.started",
    "prize.left_in_locker",
    "prize.taken_out",
    "workflow.undecided",
    "opening.jam",
    "opening.take",
    "override.ordered",
    "sensor.restart_ordered",
    "actuation.failed",
    "actuation.unknown",
    "locker.out_of_service",
    "locker.in_service",
    "alarm.raised",
    "stock.received",
    "stock.written_off",
    "stock.sent",
    "code.voided",
    "staff.first_organiser",
)
_EVENTS = 12
# How far back the trail is searched for events, so that a long quiet time costs nothing; the second
# is for the time after a large import, whose rows are one event.
_LOOK_BACK = (400, 4000)


@dataclass(frozen=True)
class Overview:
    """Everything in the ledger that concerns the present."""

    open_redemptions: list[RedemptionStanding]
    lockers: dict[int, dict[str, object]]
    stock: list[dict[str, object]]
    alarms: list[dict[str, object]]
    events: list[dict[str, object]]
    outbox: Depth = field(default_factory=Depth)
    pictures: dict[str, str] = field(default_factory=dict)
    rehearses: bool = False
    is_closed: bool = False
    prize_names: dict[str, dict[str, str]] = field(default_factory=dict)
    light_show: str = ""
    stock_moves: list[StockMove] = field(default_factory=list)
    questions: list[RecoveryQuestion] = field(default_factory=list)


def read(connection: sqlite3.Connection) -> Overview:
    """The overview at this moment."""
    return Overview(
        open_redemptions=redemption_standings.open_ones(connection),
        lockers=lockers.listing(connection),
        stock=stock.countable(connection),
        alarms=alarms.active(connection),
        pictures=prize_pictures.all_of(connection),
        events=audit.newest_of(connection, _SHOWN, _EVENTS, _LOOK_BACK),
        outbox=outbox.depth(connection),
        rehearses=rehearsal.is_on(connection),
        is_closed=closing.is_closed(connection),
        prize_names=prize_names.translations(connection),
        light_show=LIGHT_SHOW.now(connection),
        stock_moves=stock_moves.open_ones(connection),
        questions=recoveries.questions(connection),
    )
