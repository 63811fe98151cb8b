"""`boxd status`: the state of the box."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from boxd.cli import daemon, outbox, schedules, stock
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.program import FAILED
from boxd.cli.tables import heading, say_json, style_of, table
from boxd.cli.times import when
from boxd.errors import BoxdError

SHORT_OF = 3  # units on hand at which stock counts as short
_STATES = {"answers_wait": "takes codes; lockers open later"}  # as the HUD calls it


@click.command(
    "status",
    cls=BoxdCommand,
    examples=("boxd status", "boxd status --json | jq .health", "watch -c boxd status"),
)
@json_option
def command(as_json: bool) -> int | None:
    """Show the state of the box: bays, prompts, devices, stock, alarms, schedules.

    Exits with 1 when the box is out of service, so that a script can watch it.
    """
    snapshot = daemon.get("/api/v1/status")
    snapshot["schedules"] = _schedules()
    if as_json:
        say_json(snapshot)
    else:
        _show(snapshot)
    return FAILED if snapshot["health"]["state"] == "out_of_service" else None


def _show(snapshot: dict[str, Any]) -> None:
    # The box's time, which may differ from this computer's clock.
    now = datetime.fromisoformat(snapshot["at"])
    _show_health(snapshot["box"], snapshot["health"])
    _show_prompts(snapshot["prompts"], now)
    _show_alarms(snapshot["alarms"], now)
    _show_bays(snapshot["bays"])
    _show_lockers(snapshot["lockers"])
    _show_devices(snapshot["devices"], now)
    _show_stock(snapshot["stock"])
    if snapshot["stock_moves"]:
        heading("Between boxes")
        stock.show(snapshot["stock_moves"])
    if snapshot["upstream"] is not None:
        heading("Upstream")
        outbox.show_standing(snapshot["upstream"])
    if snapshot["schedules"]:
        heading("Schedules")
        schedules.show(snapshot["schedules"])


def _schedules() -> list[dict[str, Any]]:
    """The schedules; none while Temporal does not answer, which the health reports already."""
    try:
        found: list[dict[str, Any]] = daemon.get("/api/v1/schedules")["schedules"]
    except BoxdError:
        return []
    return found


def _show_health(box: dict[str, Any], health: dict[str, Any]) -> None:
    simulated = ", in simulation" if box["simulation"] else ""
    package = f", package {box['package']} not in use" if box.get("package") else ""
    click.echo(f"{box['name']} ({box['id']}{simulated}, boxd {box['boxd']}{package}) ", nl=False)
    state = str(health["state"])
    words = _STATES.get(state, f"is {state.replace('_', ' ')}")
    click.secho(words, fg=style_of(state) or None, bold=True)
    for part, about in (
        ("", health),
        ("Temporal", health["temporal"]),
        ("ledger", health["ledger"]),
        ("fleet", health.get("fleet", {})),
    ):
        if about.get("why"):
            state_of_part = f"{part} {about['state']}: ".replace("_", " ") if part else ""
            click.echo(f"  {state_of_part}{about['why']}")
    if health.get("remedy"):
        click.echo(f"  What to do: {health['remedy']}")


def _show_prompts(prompts: list[dict[str, Any]], now: datetime) -> None:
    heading("Waiting for a person" if prompts else "No one is waiting")
    if prompts:
        table(
            ("who", "bay", "locker#", "redemption", "what", "since"),
            [
                (
                    p["who"],
                    p["bay"],
                    p["locker"],
                    p["redemption"],
                    f"{p['title']}. {p['text']}",
                    when(p["since"], now),
                )
                for p in prompts
            ],
        )


def _show_alarms(alarms: list[dict[str, Any]], now: datetime) -> None:
    if alarms:
        heading("Alarms")
        table(
            ("id#", "subject", "text", "raised"),
            [(a["id"], a["subject"], a["text"], when(a["raised_at"], now)) for a in alarms],
        )


def _show_bays(bays: list[dict[str, Any]]) -> None:
    heading("Bays")
    table(
        ("bay", "state", "keypad", "text", "last"),
        [
            (b["id"], b["state"], b["keypad"], b["text"], (b["last"] or {}).get("text"))
            for b in bays
        ],
    )


def _show_lockers(lockers: list[dict[str, Any]]) -> None:
    heading("Lockers")
    table(
        ("locker#", "bay", "state", "door", "latch", "prize", "reason"),
        [
            (
                k["id"],
                k["bay"],
                k["state"],
                k["door"],
                k["latch"],
                k["prize"],
                k["reason"],
            )
            for k in lockers
        ],
    )


def _show_devices(devices: list[dict[str, Any]], now: datetime) -> None:
    heading("Devices")
    table(
        ("device", "port", "state", "since", "why"),
        [(d["name"], d["port"], d["state"], when(d["since"], now), d["why"]) for d in devices],
    )


def _show_stock(stock: list[dict[str, Any]]) -> None:
    heading("Stock")
    table(
        ("sku", "name", "on hand#", "held#", ""),
        [(s["sku"], s["name"], s["on_hand"], s["held"], _warning(s["on_hand"])) for s in stock],
        nothing="no prizes yet: `boxd prizes import FILE`",
    )


def _warning(on_hand: int) -> str:
    if on_hand == 0:
        return "none left"
    return "nearly gone" if on_hand <= SHORT_OF else ""
