"""The worker of a running box: the activities that its workflows call, and who asks for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from temporalio.client import Client

from boxd.config import Config
from boxd.daemon import assembly
from boxd.daemon.fleet import hold_name, limit_keeper
from boxd.daemon.parts import Parts
from boxd.daemon.readiness import Readiness
from boxd.daemon.running import Running
from boxd.errors import HeldByAnother
from boxd.ledger.issue_steps import IssueSteps
from boxd.temporal.seal import Seal
from boxd.workflows.erasing.activities import ErasingActivities
from boxd.workflows.housekeeping.activities import HousekeepingActivities
from boxd.workflows.notices.activities import NoticeActivities
from boxd.workflows.recovery.activities import RecoveryActivities
from boxd.workflows.redemption.activities import RedemptionActivities
from boxd.workflows.runner import Runner, Services
from boxd.workflows.tasks.activities import TaskActivities
from boxd.workflows.tasks.issue_activities import IssueActivities
from boxd.workflows.upstream.activities import UpstreamActivities

log = structlog.get_logger("boxd")


def keep_worker(parts: Parts, seal: Seal, serving: Readiness, running: Running) -> None:
    """Keep a worker at the server, whenever that is there."""
    running.closing.callback(parts.backups.yielding.end)
    upstream = parts.upstream
    runner = Runner(
        config=parts.config,
        ledger=parts.ledger,
        seal=seal,
        activities=_activities(parts),
        activities_of_tasks=_activities_of_tasks(parts),
        on_serving=serving.worker_serves,
        on_undecided=serving.undecided,
        hold_place=partial(_hold_place, parts.config, running),
    )
    serving.on_server_down(runner.doubt)
    services = Services(
        parts.connection,
        parts.redemptions,
        parts.tasks,
        parts.recoveries,
        parts.schedules,
        parts.histories,
        upstream.service if upstream is not None else None,
        parts.notices,
    )
    running.keep(runner.run(services))


async def _hold_place(config: Config, running: Running, client: Client) -> None:
    """Stop the box if another one has its name: at its next start it serves nobody, and says why.

    Raises HeldByAnother, TemporalUnavailable.
    """
    if config.temporal.address is None:
        return
    try:
        await hold_name(config, config.box.id, client)
    except HeldByAnother as error:
        log.error("box.is_a_twin", why=str(error))
        running.fail()
        raise


def _activities(parts: Parts) -> list[Callable[..., object]]:
    redemptions = RedemptionActivities(parts.ledger, parts.opener, parts.announcer, parts.decisions)
    housekeeping = HousekeepingActivities(
        parts.ledger,
        parts.config.ledger_file,
        parts.backups,
        parts.device_tests.run_unattended,
    )
    recoveries = RecoveryActivities(
        parts.ledger, parts.recoveries.answer, parts.device_tests.run_unattended
    )
    found = [*redemptions.all(), *recoveries.all(), *housekeeping.all()]
    if parts.upstream is not None:
        found += UpstreamActivities(parts.upstream.sender, parts.upstream.puller).all()
    if parts.notices is not None:
        found += NoticeActivities(parts.notices.sender).all()
    return found


def _activities_of_tasks(parts: Parts) -> list[Callable[..., object]]:
    steps = IssueSteps(assembly.issue_rules(parts.config), parts.keys)
    keeper = limit_keeper(parts.config, parts.ledger, parts.fleet)
    return [
        *TaskActivities(parts.ledger, parts.task_fates, steps).all(),
        *IssueActivities(parts.ledger, steps, keeper.heard if keeper else None).all(),
        *ErasingActivities(parts.ledger, parts.tasks.erase).all(),
    ]
