"""`boxd redemptions`: what happens at the bays, and the answers that it waits for."""

from __future__ import annotations

import json
from typing import Any

import click

from boxd.cli import audit, daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor, configuration
from boxd.cli.replaying import add_replay
from boxd.cli.spinner import waiting
from boxd.cli.tables import heading, say_json, style_of, table
from boxd.cli.times import present, when
from boxd.errors import NotFound
from boxd.redemption import AnswerKind, Remedy


@click.group(
    "redemptions",
    cls=BoxdGroup,
    examples=("boxd redemptions list", "boxd redemptions answer ID loaded"),
)
def command() -> None:
    """Show redemptions and answer their questions."""


@command.command(
    "list", examples=("boxd redemptions list", "boxd redemptions list --all --limit 200 --json")
)
@click.option("--all", "ended_too", is_flag=True, help="Also those that have ended.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@json_option
def list_redemptions(ended_too: bool, limit: int, as_json: bool) -> None:
    """List the redemptions that are open, newest first."""
    open_only = None if ended_too else 1
    body = daemon.get("/api/v1/redemptions", open=open_only, limit=limit)
    if as_json:
        say_json(body)
        return
    now = present()
    table(
        ("redemption", "bay", "stage", "locker#", "prize", "refusal", "since", "begun"),
        [
            (
                r["id"],
                r["bay"],
                r["stage"],
                r["locker"],
                r["prize"],
                r["refusal"],
                when(r["since"], now),
                when(r["begun_at"], now),
            )
            for r in body["redemptions"]
        ],
        nothing="no redemptions" if ended_too else "no redemption is open",
    )


@command.command(
    "show", examples=("boxd redemptions show ID", "boxd redemptions show ID --json | jq .audit")
)
@click.argument("redemption", metavar="ID")
@json_option
def show(redemption: str, as_json: bool) -> None:
    """Show one redemption: its state, and what has happened, in order."""
    body = daemon.get(f"/api/v1/redemptions/{daemon.quoted(redemption)}")
    if as_json:
        say_json(body)
        return
    _show_standing(body["redemption"])
    heading("What happened")
    now = present()
    table(
        ("at", "actor", "action", "detail"),
        [(when(at, now), *rest) for at, *rest in timeline(body)],
    )


def timeline(body: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """A redemption's entries in the audit trail, as (at, actor, action, detail), in order."""
    return [
        (entry["at"], entry["actor"], entry["action"], audit.told_by(entry))
        for entry in body["audit"]
    ]


def _show_standing(redemption: dict[str, Any]) -> None:
    stage = str(redemption["stage"])
    click.echo(f"{redemption['id']} at {redemption['bay']}: ", nl=False)
    click.secho(stage, fg=style_of(stage) or None, bold=True, nl=False)
    click.echo(f" (step {redemption['step']}), since {when(redemption['since'], present())}")
    if redemption["locker"]:
        click.echo(f"{redemption['prize']} in locker {redemption['locker']}")
    if redemption["refusal"]:
        click.echo(f"refused: {redemption['refusal']}")
    if redemption["outcome_unknown"]:
        click.echo("It is not known whether the latch opened: a person has to look and answer.")


@command.command(
    "history",
    examples=("boxd redemptions history ID", "boxd redemptions history ID --json > history.json"),
)
@click.argument("redemption", metavar="ID")
@json_option
def history(redemption: str, as_json: bool) -> None:
    """Show Temporal's event history of one redemption's workflow.

    An SDK can replay the JSON.
    """
    with waiting("reading the history"):
        told = _history_of(redemption)
    if as_json:
        click.echo(told, nl=False)
        return
    now = present()
    table(
        ("event#", "at", "event", "detail"),
        [
            (event["eventId"], when(event["eventTime"], now), _event_name(event), _about(event))
            for event in json.loads(told)["events"]
        ],
    )


def _history_of(redemption: str) -> str:
    """The history as JSON, also of a redemption that an earlier release began.

    Raises NotFound, TemporalUnavailable.
    """
    from boxd.cli.temporal import output_of
    from boxd.workflows.redemption.messages import PREFIX, workflow_id

    config = configuration()
    asked = ("workflow", "show", "--output", "json", "--workflow-id")
    try:
        return output_of(config, (*asked, workflow_id(redemption, config.box.id)))
    except NotFound:
        return output_of(config, (*asked, PREFIX + redemption))


def _event_name(event: dict[str, Any]) -> str:
    return str(event["eventType"]).removeprefix("EVENT_TYPE_").lower().replace("_", " ")


def _about(event: dict[str, Any]) -> str:
    """The subject of an event: the name of the activity, the update, the timer, the failure."""
    attributes: dict[str, Any] = next(
        (value for name, value in event.items() if name.endswith("EventAttributes")), {}
    )
    named = [
        str(attributes[key]["name"])
        for key in ("activityType", "workflowType")
        if key in attributes
    ]
    request = attributes.get("acceptedRequest", attributes.get("request", {}))
    named += [str(request["input"]["name"])] if "input" in request else []
    named += [
        str(attributes[key]) for key in ("startToFireTimeout", "markerName") if key in attributes
    ]
    if "failure" in attributes:
        named.append(str(attributes["failure"].get("message", "failed")))
    return ", ".join(named)


@command.command(
    "answer",
    examples=(
        "boxd redemptions answer ID loaded",
        "boxd redemptions answer ID substituted --sku mug",
        'boxd redemptions answer ID declined --reason "too tired"',
        "boxd redemptions answer ID jammed --remedy other_locker",
        "boxd redemptions answer ID completed --seen-shut",
        "boxd redemptions answer ID reopened",
        'boxd redemptions answer ID not_taken --reason "nobody was there"',
        "boxd redemptions answer ID broken --sku mug",
    ),
)
@click.argument("redemption", metavar="ID")
@click.argument("kind", type=click.Choice([kind.value for kind in AnswerKind]))
@click.option("--sku", help="With `substituted`, `broken`: the other prize.")
@click.option(
    "--remedy",
    type=click.Choice([remedy.value for remedy in Remedy]),
    help="With `jammed`: what to do about it.",
)
@click.option("--reason", help="Why; it is kept with the answer.")
@click.option(
    "--seen-shut",
    is_flag=True,
    help="With `completed`, `not_taken`: you see that the door is closed.",
)
@click.option(
    "--step", type=click.IntRange(min=1), help="The question's step [default: the present one]."
)
@click.option("--key", help="Your own id of this answer: repeated with it, it counts once.")
@dry_run_option
@json_option
def answer(
    redemption: str,
    kind: str,
    *,
    sku: str | None,
    remedy: str | None,
    reason: str | None,
    seen_shut: bool,
    step: int | None,
    key: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Answer the question of the redemption ID, as on the HUD. Says why if it is not accepted."""
    if kind == AnswerKind.SUBSTITUTED and not sku:
        raise click.UsageError("a substitution names the prize: add --sku SKU")
    if key is not None and not (key.isascii() and key.isprintable()):
        raise click.UsageError("--key takes letters, digits and signs of ASCII only")
    path = f"/api/v1/redemptions/{daemon.quoted(redemption)}"
    if dry_run:
        stage = daemon.get(path)["redemption"]["stage"]
        say_dry_run(f"{redemption} is at '{stage}'; the answer would be '{kind}'", as_json)
        return
    said = {"step": step, "sku": sku, "remedy": remedy, "reason": reason, "actor": actor()}
    body = daemon.post(
        f"{path}/{kind}",
        said | {"seen_shut": seen_shut or None},
        key,
    )
    if as_json:
        say_json(body)
    else:
        click.echo(f"accepted; {redemption} is at '{body['stage']}' now (step {body['step']})")


@command.command("look-back", examples=("boxd redemptions look-back ID > look-back.json",))
@click.argument("redemption", metavar="ID")
def look_back(redemption: str) -> None:
    """Save one redemption instant by instant, for the console's page Looking back.

    It has what ledger, workflow and simulated hardware said, without digits. The page opens it on
    every box.
    """
    say_json(daemon.get(f"/api/v1/redemptions/{daemon.quoted(redemption)}/look-back"))


add_replay(command, "redemption")
