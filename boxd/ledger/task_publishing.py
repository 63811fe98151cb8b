"""Publishing kinds of task: by the configuration file at the start, by organisers at any time.

What the file names is the file's: nobody else changes it, and its open tasks follow the file. What
an organiser publishes leaves open tasks with the version that they began with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple

from boxd.errors import NotFound, Refused
from boxd.issue import why_no_prize
from boxd.ledger import audit, stock, task_kinds
from boxd.ledger.ledger import Transaction
from boxd.ledger.task_kinds import PublishedKind
from boxd.task import Checkpoint, TaskKind
from boxd.words import N_

_FILE = N_("configuration")
_COLUMNS = (
    "kind, version, name, text, translations, checkpoints, needed, submission, verdict, tries,"
    " expires_at, prizes, published_at, publisher"
)


def declare(
    tx: Transaction, kinds: Sequence[TaskKind], checkpoints: Sequence[Checkpoint]
) -> frozenset[str]:
    """Store the configuration's kinds; kinds that it had and has no more are not offered.

    Open tasks of a kind whose rules have changed go by the new ones, and take a step, so that no
    answer to the old rules counts under the new ones. Returns those kinds.
    """
    before = {each.kind.id: each for each in task_kinds.published(tx.connection)}
    _name_checkpoints(tx, checkpoints)
    tx.connection.execute(
        "UPDATE task_kinds SET offered = 0 WHERE offered = 1 AND is_in_file = 1"
        " AND id NOT IN (SELECT value FROM json_each(?))",
        (json.dumps([kind.id for kind in kinds]),),
    )
    for kind in kinds:
        _put_current(tx, kind, before.get(kind.id), _FILE)
    changed = frozenset(
        kind.id for kind in kinds if kind.id not in before or kind != before[kind.id].kind
    )
    tx.connection.execute(
        "UPDATE tasks SET step = step + 1,"
        " version = (SELECT version FROM task_kinds WHERE task_kinds.id = tasks.kind)"
        " WHERE ended_at IS NULL AND kind IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(changed)),),
    )
    return changed


def publish(
    tx: Transaction,
    kind: TaskKind,
    checkpoints: Sequence[Checkpoint],
    after: int | None,
    actor: str,
) -> PublishedKind:
    """Publish a kind, or a new version of one; the same once more changes nothing.

    `after` is the version that was looked at, 0 if there was none, None for any. Raises Refused if
    there is another one by now, or the configuration file has the kind; NotFound for an
    unknown prize or checkpoint.
    """
    known = {each.kind.id: each for each in task_kinds.published(tx.connection)}
    before = known.get(kind.id)
    _require_free(before, kind.id)
    present = before.version if before else 0
    if after is not None and after != present:
        raise Refused(
            f"'{kind.id}' has version {present} by now, and you looked at {after}; look again"
        )
    _name_checkpoints(tx, checkpoints)
    _require_named(tx, kind)
    version = _put_current(tx, kind, before, actor)
    if version != present or (before and not before.is_offered):
        told: audit.Detail = {"kind": kind.id, "version": version}
        audit.append(tx, audit.Entry(actor, "task_kind.published", kind.id, detail=told))
    return task_kinds.require(tx.connection, kind.id)


def withdraw(tx: Transaction, kind: str, actor: str) -> PublishedKind:
    """Offer the kind to nobody else; its open tasks go on. Raises NotFound, Refused."""
    before = task_kinds.require(tx.connection, kind)
    _require_free(before, kind)
    if before.is_offered:
        tx.connection.execute("UPDATE task_kinds SET offered = 0 WHERE id = ?", (kind,))
        told: audit.Detail = {"kind": kind, "version": before.version}
        audit.append(tx, audit.Entry(actor, "task_kind.withdrawn", kind, detail=told))
    return task_kinds.require(tx.connection, kind)


def _require_free(before: PublishedKind | None, kind: str) -> None:
    if before is not None and before.is_in_file and before.is_offered:
        raise Refused(
            f"the task '{kind}' is written in the configuration file, which has the last word;"
            " change it there and restart boxd, or take it out there first"
        )


def _require_named(tx: Transaction, kind: TaskKind) -> None:
    """Raise NotFound for a prize or a checkpoint that there is not."""
    prizes = [str(each["sku"]) for each in stock.listing(tx.connection)]
    for sku in kind.prizes:
        if sku not in prizes:
            raise NotFound(why_no_prize(sku, prizes))
    known = {each.id for each in task_kinds.checkpoints(tx.connection)}
    for checkpoint in kind.checkpoints:
        if checkpoint not in known:
            raise NotFound(f"there is no checkpoint '{checkpoint}'; give it a name first")


def _name_checkpoints(tx: Transaction, checkpoints: Sequence[Checkpoint]) -> None:
    tx.connection.executemany(
        "INSERT INTO checkpoints (id, name) VALUES (?,?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
        [(each.id, each.name) for each in checkpoints],
    )


def _put_current(tx: Transaction, kind: TaskKind, before: PublishedKind | None, actor: str) -> int:
    """Make this the version that new tasks begin with; returns its number."""
    is_same = before is not None and before.kind == kind
    version = (before.version if before else 0) + (0 if is_same else 1)
    tx.connection.execute(
        "INSERT INTO task_kinds (id, version, offered, is_in_file) VALUES (?,?,1,?)"
        " ON CONFLICT (id) DO UPDATE SET version = excluded.version, offered = 1,"
        " is_in_file = excluded.is_in_file",
        (kind.id, version, int(actor == _FILE)),
    )
    if not is_same:
        row = _row(tx, kind, version, actor)
        marks = ",".join("?" * len(row))
        tx.connection.execute(f"INSERT INTO task_versions ({_COLUMNS}) VALUES ({marks})", row)
    return version


def _row(tx: Transaction, kind: TaskKind, version: int, actor: str) -> tuple[object, ...]:
    return (
        kind.id,
        version,
        kind.name,
        kind.text,
        json.dumps([astuple(each) for each in kind.translations]),
        json.dumps(kind.checkpoints),
        kind.needed,
        kind.submission,
        int(kind.verdict),
        kind.tries,
        kind.expires_at,
        json.dumps(kind.prizes),
        tx.at,
        actor,
    )
