"""The API of the audit trail."""

from __future__ import annotations

from typing import Any

from boxd.api.queries import Limit, Query, RowCursor
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import audit_heads
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


class HeadReply(ReplyModel):
    """The trail's head, signed if the box has its key; `public_key` checks the signature."""

    head: str
    public_key: str | None


async def audit_head(context: BoxContext) -> HeadReply:
    """The audit trail's present head, to be kept outside the box."""
    head, key = await context.box.ledger.read(audit_heads.newest), context.box.audit_key
    if key is None:
        return HeadReply.of(head=str(head), public_key=None)
    return HeadReply.of(head=str(key.signed(head)), public_key=key.public)
