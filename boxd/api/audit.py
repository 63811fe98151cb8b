"""The API of the audit trail."""

from __future__ import annotations

from typing import Any

from boxd.api.queries import Limit, Query, RowCursor
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger.audit import rows_after

Json = dict[str, Any]


class AuditQuery(Query):
    """Which part of the audit trail."""

    after: RowCursor = 0
    limit: Limit = 100


class AuditRow(ReplyModel):
    """A row of the audit trail; `hash` chains it to the row before."""

    seq: int
    at: str
    actor: str
    action: str
    cause: str
    redemption: str | None
    bay: str | None
    locker: int | None
    code: int | None
    sku: str | None
    detail: Json
    hash: str


class AuditReply(ReplyModel):
    """A part of the audit trail, oldest first; `next` is the cursor of the next part."""

    audit: tuple[AuditRow, ...]
    next: int | None


async def audit(context: BoxContext, query: AuditQuery) -> AuditReply:
    """A part of the audit trail, oldest first."""
    rows = await context.box.ledger.read(lambda c: rows_after(c, query.after, query.limit))
    return AuditReply.of(audit=rows, next=rows[-1]["seq"] if len(rows) == query.limit else None)
