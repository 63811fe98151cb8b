"""`boxd devices watch`: events at the devices, as they happen."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import actor
from boxd.cli.tables import style_of

_COLOURS = {
    "touched": "cyan",
    "lit": "green",
    "pulsed": "yellow",
    "let go": "yellow",
    "not sent": "red",
    "perhaps pulsed": "red",
}
_HIDDEN = "•"


@click.command(
    "watch",
    cls=BoxdCommand,
    examples=(
        "boxd devices watch",
        "boxd devices watch door-pad",
        "boxd devices watch --json | jq -c 'select(.what == \"door\")'",
    ),
)
@click.argument("name", required=False)
@click.option("--show-keys", is_flag=True, help="Show the digits typed at bays; it is logged.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def watch_devices(name: str | None, show_keys: bool, as_json: bool) -> None:
    """Show events at the devices, or at NAME, until Ctrl-C: keys, doors, lamps, pulses.

    What comes and means nothing is shown too, with the reason: another channel, a control that
    no key has, a program change.

    The digits of a bay's keypad are parts of claim codes: each shows as one dot.
    """
    asked = {"device": name or ""} | ({"digits": "1", "actor": actor()} if show_keys else {})
    with daemon.events("GET", f"/api/v1/devices/events?{urlencode(asked)}") as events:
        click.echo(_introduction(name, show_keys), err=True)
        try:
            for event, what in events:
                click.echo(json.dumps(_for_scripts(event, what)) if as_json else _line(event, what))
        except KeyboardInterrupt:
            return
    click.echo("boxd ended the events: it stops", err=True)


def _introduction(name: str | None, show_keys: bool) -> str:
    digits = (
        "digits are shown: they are codes, let nobody look on"
        if show_keys
        else "digits typed at bays are hidden, --show-keys shows them"
    )
    return f"Watching {name or 'every device'}; Ctrl-C ends it. Note: {digits}."


def _for_scripts(event: str, what: dict[str, Any]) -> dict[str, Any]:
    return what if event == "device" else {"what": event, **what}


def _line(event: str, what: dict[str, Any]) -> str:
    if event != "device":
        return click.style(f"{what['events']} events came too fast and are left out", fg="yellow")
    at = datetime.fromisoformat(what["at"]).astimezone().strftime("%H:%M:%S.%f")[:-3]
    if what["what"] == "ignored":
        heard = click.style(f"{what['part']}: ignored, {what['why']}", dim=True)
        return f"{at}  {what['device']:<14} {'-':<9} {heard}"
    part = _HIDDEN if what["part"] == "digit" else what["part"]
    value = what["value"]
    colour = _COLOURS.get(value) or style_of(value)
    because = f": {what['why']}" if what["why"] else ""
    dim = value in ("released", "out")
    said = click.style(f"{value}{because}", fg=None if colour in ("", "dim") else colour, dim=dim)
    return f"{at}  {what['device']:<14} {what['what']:<9} {part:<9} {said}"
