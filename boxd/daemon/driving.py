"""What drives the facts of the ledger on: the worker, and what looks after it."""

from __future__ import annotations

from boxd.daemon.fleet import keep_linked
from boxd.daemon.parts import Parts
from boxd.daemon.readiness import Readiness
from boxd.daemon.running import Running
from boxd.daemon.snapshots import Snapshots
from boxd.daemon.worker_parts import keep_worker
from boxd.temporal.seal import Seal
from boxd.workflows.closed_workflows import keep_newest
from boxd.workflows.healing.healer import Healer
from boxd.workflows.healing.kept_histories import KeptHistories
from boxd.workflows.healing.subjects import subjects
from boxd.workflows.redemption.settling import Settler


def keep_driving(
    parts: Parts, snapshots: Snapshots, serving: Readiness, seal: Seal, running: Running
) -> None:
    """Keep what drives the facts of the ledger on, the worker, and the link to other boxes."""
    running.keep(parts.clock.keep())
    if parts.upstream is not None:
        running.keep(parts.upstream.service.run())
    if parts.notices is not None:
        running.keep(parts.notices.run())
    settler = Settler(
        parts.connection,
        parts.ledger,
        parts.redemptions,
        parts.opener,
        parts.announcer,
        parts.config.box.id,
    )
    running.keep(settler.run())
    running.keep(_healer(parts).run())
    running.keep(parts.verdicts.run())
    if parts.config.temporal.address is None:
        running.keep(keep_newest(parts.connection, parts.config.box.id))
    if parts.fleet is not None:
        running.keep(keep_linked(parts.fleet, snapshots, parts.ledger, running))
    keep_worker(parts, seal, serving, running)


def _healer(parts: Parts) -> Healer:
    upstream = parts.upstream.service if parts.upstream is not None else None
    kinds = subjects(
        parts.config.box.id,
        parts.ledger,
        parts.redemptions,
        parts.tasks,
        parts.recoveries,
        parts.schedules,
        parts.histories,
        upstream,
        parts.notices,
    )
    histories = KeptHistories(parts.config.healed_dir)
    return Healer(
        parts.connection, parts.ledger, parts.config.box.id, parts.tasks, kinds, histories
    )
