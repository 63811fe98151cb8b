"""Tasks and issues as JSON, the same for the API, the pages and the commands."""

from __future__ import annotations

from typing import Any

from boxd.issue import IssueStanding
from boxd.task import TaskReply, TaskStanding, awaited_from, missing

Json = dict[str, Any]


def task_view(standing: TaskStanding) -> Json:
    """Where a task stands, what is missing and whose turn it is; never a code's digits."""
    kind = standing.kind
    return {
        "id": standing.task,
        "kind": kind.id,
        "name": kind.name,
        "text": kind.text,
        "attendee": standing.attendee,
        "state": standing.state,
        "step": standing.step,
        "since": standing.since,
        "expires_at": standing.expires_at,
        "missing": list(missing(standing)),
        "awaited_from": awaited_from(standing),
        "checkpoints": list(kind.checkpoints),
        "needed": kind.needed,
        "scanned": list(standing.scanned),
        "scans_missing": standing.scans_missing,
        "submission": kind.submission,
        "is_submitted": standing.is_submitted,
        "verdict": kind.verdict,
        "tries_used": standing.tries_used,
        "tries_left": standing.tries_left,
        "last_refusal": standing.last_refusal,
        "code": standing.code,
    }


def reply_view(reply: TaskReply) -> Json:
    """What became of a scan, a submission or a verdict."""
    return {"is_new": reply.is_new, "task": task_view(reply.standing)}


def issue_view(standing: IssueStanding) -> Json:
    """What came of the issue of a code; `code` is its number."""
    return {
        "id": standing.issue,
        "state": standing.state,
        "task": standing.task,
        "attendee": standing.attendee,
        "sku": standing.sku or None,
        "code": standing.code,
        "why": standing.why,
        "since": standing.since,
    }
