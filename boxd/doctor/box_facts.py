"""What the bundle says about the box itself: its state, its settings, the ledger's row counts."""

from __future__ import annotations

import json
import sqlite3
from urllib.parse import urlsplit

from boxd.config import Config, show
from boxd.doctor.check_context import CheckContext, Json
from boxd.doctor.finding import Skip
from boxd.doctor.ledger_reading import reading
from boxd.doctor.scrub import Scrub

# For each part of the status: the fields copied as they are, and the fields that are sentences.
_TOLD: dict[str, tuple[str, ...]] = {
    "bays": ("id", "state", "typed", "locked_for_s", "lamps", "keypad", "redemption"),
    "lockers": ("id", "bay", "state", "door", "believed", "latch"),
    "devices": ("name", "kind", "port", "state", "since"),
    "strangers": ("kind", "port"),
    "stock": ("sku", "on_hand", "held", "dispensed"),
    "alarms": ("id", "kind", "raised_at"),
    "prompts": ("redemption", "stage", "step", "bay", "locker", "who", "since", "reminders"),
}
_SENTENCES: dict[str, tuple[str, ...]] = {"devices": ("why",)}
_LOOKED_BACK_AT = 5  # each replays a history
_OF_UPSTREAM = ("waiting", "oldest_at", "dead", "delivered", "is_full", "failures", "since")


def status(context: CheckContext, scrub: Scrub) -> Json:
    """The daemon's status, without anything that names a person."""
    try:
        said = context.answer("/api/v1/status")
    except Skip as unseen:
        return {"not_seen": unseen.why}
    health = said["health"]
    upstream = said["upstream"] or {}
    return {
        "at": said["at"],
        "box": {key: said["box"][key] for key in ("id", "simulation", "boxd")},
        "health": {
            "state": health["state"],
            "why": scrub.text(health["why"]),
            "temporal": health["temporal"]["state"],
            "ledger": health["ledger"]["state"],
        },
        **{part: [_chosen(part, each, scrub) for each in said[part]] for part in _TOLD},
        "upstream": {key: upstream.get(key) for key in _OF_UPSTREAM} if upstream else None,
        "schedules": _schedules(context, scrub),
    }


def _chosen(part: str, whole: Json, scrub: Scrub) -> Json:
    sentences = {key: scrub.text(str(whole[key])) for key in _SENTENCES.get(part, ())}
    return {key: whole[key] for key in _TOLD[part]} | sentences


def _schedules(context: CheckContext, scrub: Scrub) -> list[Json]:
    try:
        found = context.answer("/api/v1/schedules")["schedules"]
    except Skip:
        return []
    return [
        {key: each[key] for key in ("name", "every_s", "paused", "next_at")}
        | {"last": _run(each["last"], scrub)}
        for each in found
    ]


def _run(last: Json | None, scrub: Scrub) -> Json | None:
    if last is None:
        return None
    return {"at": last["at"], "state": last["state"], "said": scrub.quoted(last["said"])}


def look_backs(context: CheckContext, scrub: Scrub) -> str:
    """The newest redemptions instant by instant, one a line, without what people wrote."""
    path = "/api/v1/redemptions"
    try:
        newest = context.answer(f"{path}?limit={_LOOKED_BACK_AT}")["redemptions"]
        found = [context.answer(f"{path}/{each['id']}/look-back") for each in newest]
    except Skip:
        return ""
    for each in found:
        for instant in each["instants"]:
            instant["what"] = scrub.quoted(instant["what"])
    return "".join(f"{json.dumps(each)}\n" for each in found)


def ledger(context: CheckContext) -> Json:
    """Numbers only: the schema version, the file's size, the row count of each table."""
    try:
        with reading(context) as connection:
            return {
                "schema": connection.execute("PRAGMA user_version").fetchone()[0],
                "bytes": context.config.ledger_file.stat().st_size,
                "rows": {name: _rows(connection, name) for name in _tables(connection)},
            }
    except Skip as unseen:
        return {"not_seen": unseen.why}
    except PermissionError:
        return {"not_seen": "this user may not read it"}


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [str(row["name"]) for row in found if not row["name"].startswith("sqlite_")]


def _rows(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - the schema's own names


def configuration(context: CheckContext, scrub: Scrub) -> str:
    """As `boxd config show` prints it, but of others' addresses only the host."""
    try:
        config = context.config
    except Skip as unseen:
        return f"# {unseen.why}\n"
    return "".join(f"{scrub.text(line)}\n" for line in show(_without_paths(config)).splitlines())


def _without_paths(config: Config) -> Config:
    """Without the paths of others' addresses, which may be secrets, and without mail addresses."""
    notices = config.notices
    urls = {
        key: _host_of(url)
        for key in ("webhook_url", "ntfy_url", "ntfy_attendee_url")
        if (url := getattr(notices, key)) is not None
    }
    people = {"mail_to": (), "mail_from": None, "mail_user": None}
    cut: dict[str, object] = {"notices": notices.model_copy(update={**urls, **people})}
    if config.upstream.url is not None:
        url = _host_of(config.upstream.url)
        cut["upstream"] = config.upstream.model_copy(update={"url": url})
    return config.model_copy(update=cut)


def _host_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/..."
