"""Requests of somebody who is narrowed to some kinds of task, or to some checkpoints."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from boxd.api.caller import Caller
from boxd.api.request_context import BoxContext
from boxd.errors import BadInput
from boxd.ledger import task_kinds, task_standings
from boxd.roles import Role, TaskScope
from boxd.web.problems import RequestError
from boxd.words import N_
from boxd.words import gettext as _

# What is not named here is about more than one task, and is for nobody who is narrowed.
OF_CHECKPOINTS = frozenset({"kinds", "tasks", "task", "scan"})
OF_KINDS = OF_CHECKPOINTS | {
    "start",
    "submission",
    "hand_in_photo",
    "photo",
    "verdict",
    "withdrawal",
    "issue_again",
    "inbox_of_attendants",
    "judge",
    "undo",
}
_NOT_THIS = N_("You can't do this: you are here for {scope} only.")


def has_operation(scope: TaskScope, operation: str) -> bool:
    """Whether somebody who is narrowed so may call this operation at all."""
    if not scope.is_narrow:
        return True
    return operation in (OF_CHECKPOINTS if scope.checkpoints else OF_KINDS)


def not_for(caller: Caller) -> RequestError:
    """The refusal of what is outside of the caller's scope."""
    if caller.token is None:
        detail = _(_NOT_THIS).format(scope=", ".join(caller.scope.kinds))
    else:
        detail = (
            f"token '{caller.token.name}' was made for {caller.scope}, and for nothing else; use"
            " another token"
        )
    return RequestError(403, "role", "Not for this caller", detail)


def require_kind(context: BoxContext, kind: str) -> None:
    """Raise RequestError if the caller may not have this kind of task begun."""
    scope = context.caller.scope
    if scope.kinds and kind not in scope.kinds:
        raise not_for(context.caller)


async def require_task(context: BoxContext, task: str) -> None:
    """Raise RequestError if the task is outside of the caller's scope; NotFound."""
    scope = context.caller.scope
    if not scope.is_narrow:
        return
    standing = await context.box.ledger.read(partial(task_standings.require, task=task))
    if not scope.has_kind(standing.kind.id, standing.kind.checkpoints):
        raise not_for(context.caller)


async def require_scan(context: BoxContext, task: str, checkpoint: str) -> None:
    """Raise RequestError if the caller may not count this scan; NotFound."""
    if not context.caller.scope.has_checkpoint(checkpoint):
        raise not_for(context.caller)
    await require_task(context, task)


async def check(context: BoxContext, role: Role, scope: TaskScope) -> None:
    """Raise BadInput for a kind or a checkpoint that there is none of."""
    if not scope.is_narrow:
        return
    if role in {Role.VIEWER, Role.OPERATOR}:
        raise BadInput(
            f"kinds, checkpoints: the role {role} does nothing with tasks; leave them out, or take"
            " another role"
        )
    ledger = context.box.ledger
    kinds = [each.kind.id for each in await ledger.read(task_kinds.published)]
    _check_known("kinds", scope.kinds, kinds)
    places = [each.id for each in await ledger.read(task_kinds.checkpoints)]
    _check_known("checkpoints", scope.checkpoints, places)


def _check_known(what: str, given: Iterable[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise BadInput(f"{what}: there is no '{name}'; there is: {there}")
