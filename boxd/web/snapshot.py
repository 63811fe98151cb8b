"""The snapshot: everything on the HUD at one moment, as plain values. A pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from boxd import __version__
from boxd.bays.devices_view import DevicesView
from boxd.bays.prompts import Prompt
from boxd.bays.view import BayView
from boxd.config import Config
from boxd.config.addresses import split
from boxd.config.schema import Locker
from boxd.device_line import LineFault
from boxd.devices import DeviceStatus, DoorState, UnconfiguredDevice
from boxd.installed_package import package_not_in_use
from boxd.ledger.ledger import as_text
from boxd.ledger.overview import Overview
from boxd.ledger.stock import REHEARSAL
from boxd.web.event_texts import event_line
from boxd.words import gettext as _
from boxd.words import translate

Json = dict[str, Any]


@dataclass(frozen=True)
class Health:
    """How the box is, why, and what to do.

    `state` is ready, starting, answers_wait (codes are taken, what opens a locker waits for
    Temporal) or out_of_service (nothing is decided: the ledger can't be used). `fleet` is
    connected, alone, or empty at a box that belongs to none.
    """

    state: str
    why: str = ""
    remedy: str = ""
    temporal: str = "starting"
    temporal_why: str = ""
    temporal_since: str = ""
    ledger: str = "whole"
    ledger_why: str = ""
    fleet: str = ""
    fleet_why: str = ""
    fleet_since: str = ""


class SnapshotSource(Protocol):
    """The source of snapshots: a running box, or one that refuses to dispense."""

    def snapshot(self) -> Json:
        """The latest snapshot, complete; cheap, and never changed after it was returned."""

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        """Return once the snapshot's version differs from `version`, or after `timeout_s`."""

    def ready(self) -> tuple[bool, str]:
        """Whether the box takes codes, and the reason if it does not."""


@dataclass(frozen=True)
class SnapshotInput:
    """Everything the snapshot is made from."""

    config: Config
    health: Health
    overview: Overview
    prompts: Sequence[Prompt]
    bays: Sequence[BayView]
    devices: DevicesView
    doors: Mapping[int, DoorState | None]
    operator: Json
    box_name: str
    upstream: Json | None = None


def snapshot(picture: SnapshotInput, version: int, at: str) -> Json:
    """Make the snapshot for the HUD."""
    prizes = {str(each["sku"]): translate(str(each["name"])) for each in picture.overview.stock}
    prizes[REHEARSAL] = _("a prize of the rehearsal")
    bays = {bay.id: bay.name or bay.id for bay in picture.config.bays}
    return {
        "version": version,
        "at": at,
        "box": _box(picture.config, picture.box_name),
        "rehearsal": picture.overview.rehearses,
        "closed": picture.overview.is_closed,
        "health": _health(picture.health),
        "operator": _operator(picture.operator),
        "prompts": [_prompt(prompt, picture.operator) for prompt in picture.prompts],
        "bays": [_bay(view, picture) for view in picture.bays],
        "lockers": [_locker(locker, picture) for locker in picture.config.lockers],
        "devices": [_device(status, picture.devices) for status in picture.devices.statuses],
        "strangers": [_stranger(stranger) for stranger in picture.devices.unconfigured],
        "stock": [_shown(prize) for prize in picture.overview.stock],
        "stock_moves": [
            each.as_json(picture.config.fleet.box_names) for each in picture.overview.stock_moves
        ],
        "pictures": picture.overview.pictures,
        "upstream": picture.upstream,
        "alarms": [_alarm(each) for each in picture.overview.alarms],
        "events": [event_line(row, prizes, bays) for row in picture.overview.events],
    }


def _operator(operator: Json) -> Json:
    """What the operator's keys answer, in the box's language."""
    shown = operator | {"message": translate(operator["message"])}
    if (asked := operator.get("recovery")) is not None:
        options = [each | {"label": translate(each["label"])} for each in asked["options"]]
        words = {name: translate(asked[name]) for name in ("title", "text", "found", "message")}
        shown["recovery"] = asked | words | {"options": options}
    return shown


def _shown(prize: dict[str, object]) -> dict[str, object]:
    """A prize as the API has it, under its name in the box's language.

    Where a variant stands among the others is the console's.
    """
    shown = {name: value for name, value in prize.items() if name != "place"}
    name = translate(str(prize["name"]))
    return shown | {"name": name, "has_variants": bool(prize["has_variants"])}


def _box(config: Config, name: str) -> Json:
    return {
        "id": config.box.id,
        "name": name,
        "simulation": config.simulation.enabled,
        "boxd": __version__,
        "package": _package(),
    }


@cache
def _package() -> str:
    """As it was when this process began; whatever changes the release in use starts a new one."""
    return package_not_in_use()


def _health(health: Health) -> Json:
    return {
        "state": health.state,
        "why": translate(health.why),
        "remedy": translate(health.remedy),
        "temporal": {
            "state": health.temporal,
            "why": translate(health.temporal_why),
            "since": health.temporal_since,
        },
        "ledger": {"state": health.ledger, "why": translate(health.ledger_why)},
        "fleet": {
            "state": health.fleet,
            "why": translate(health.fleet_why),
            "since": health.fleet_since,
        },
    }


def _prompt(prompt: Prompt, operator: Json) -> Json:
    if operator["focused"] != prompt.id:
        return prompt.as_json(focused=False)
    return prompt.as_json(focused=True, menu=operator["menu"], page=operator["page"])


def _bay(view: BayView, picture: SnapshotInput) -> Json:
    bay = next(bay for bay in picture.config.bays if bay.id == view.id)
    made = view.as_json() | {"keypad": _state_of(bay.keypad, picture)}
    if last := made["last"]:
        last["text"] = translate(last["text"])
    return made


def _alarm(alarm: Mapping[str, object]) -> Json:
    return {**alarm, "text": translate(str(alarm["text"]))}


def _state_of(device: str, picture: SnapshotInput) -> str:
    return next((str(s.state) for s in picture.devices.statuses if s.name == device), "unreachable")


def _locker(locker: Locker, picture: SnapshotInput) -> Json:
    known = picture.overview.lockers.get(locker.id, {})
    taken = known.get("redemption") is not None
    state = "taken" if taken else "free" if known.get("in_service", 1) else "out_of_service"
    door = picture.doors[locker.id]
    return {
        "id": locker.id,
        "bay": locker.bay,
        "state": state,
        "reason": known.get("reason", ""),
        "door": "none" if door is None else door.value,
        "believed": picture.devices.believed[locker.id].value,
        "latch": _state_of(split(locker.latch)[0], picture),
        "confirmation": next(
            (
                latch.confirmation.value
                for parts in picture.devices.parts.values()
                for latch in parts.latches
                if latch.locker == locker.id
            ),
            "",
        ),
        "prize": translate(str(known.get("prize") or "")),
    }


def _device(status: DeviceStatus, view: DevicesView) -> Json:
    return {
        "name": status.name,
        "kind": status.kind,
        "port": status.port,
        "state": status.state.value,
        "since": as_text(status.since),
        "why": translate(status.why),
        "parts": view.parts[status.name].as_json(),
        "tested_by": view.tester if status.name == view.tested else "",
        "line": {
            "last_hour": _faults(view.lines[status.name].last_hour()),
            "ever": _faults(view.lines[status.name].ever()),
        },
    }


def _faults(counted: Mapping[LineFault, int]) -> dict[str, int]:
    return {fault.value: counted[fault] for fault in LineFault if counted[fault]}


def _stranger(stranger: UnconfiguredDevice) -> Json:
    return {
        "kind": stranger.kind,
        "port": stranger.port,
        "remedy": stranger.remedy,
        "section": stranger.section,
    }
