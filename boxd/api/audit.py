"""The API of the audit trail."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Annotated, Any

from pydantic import Field

from boxd.api.queries import Limit, Query, RowCursor
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import audit as ledger_audit
from boxd.ledger import audit_heads, audit_search
from boxd.ledger.audit import VerifiedChain, rows_after
from boxd.ledger.audit_search import AuditFilter
from boxd.ledger.database import open_for_reading

Json = dict[str, Any]
Part = Annotated[str, Field(max_length=200)]


class AuditQuery(Query):
    """Which part of the audit trail."""

    after: RowCursor = 0
    limit: Limit = 100


class FoundAuditRow(ReplyModel):
    """A row of the audit trail."""

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


class AuditRow(FoundAuditRow):
    """A row with the `hash` that chains it to the row before."""

    hash: str


class AuditReply(ReplyModel):
    """A part of the audit trail, oldest first; `next` is the cursor of the next part."""

    audit: tuple[AuditRow, ...]
    next: int | None


async def audit(context: BoxContext, query: AuditQuery) -> AuditReply:
    """A part of the audit trail, oldest first."""
    rows = await context.box.ledger.read(lambda c: rows_after(c, query.after, query.limit))
    return AuditReply.of(audit=rows, next=rows[-1]["seq"] if len(rows) == query.limit else None)


class AuditSearch(Query):
    """What is looked for; what is left out lets every row through.

    `text` is a part of the person, the reason or the redemption, in any case. `action` is a whole
    action or its first part: claim, stock. `before` is the cursor of the part before.
    """

    text: Part = ""
    action: Part = ""
    code: RowCursor | None = None
    locker: RowCursor | None = None
    before: RowCursor | None = None
    limit: Limit = 50


class FoundAuditReply(ReplyModel):
    """What was found, newest first; `next` is the cursor for the part before it.

    `kinds` are the first parts of the newest actions, to choose from.
    """

    audit: tuple[FoundAuditRow, ...]
    kinds: tuple[str, ...]
    next: int | None


async def search_audit(context: BoxContext, query: AuditSearch) -> FoundAuditReply:
    """Search the audit trail, newest first."""
    ledger = context.box.ledger
    wanted = AuditFilter(query.text.strip(), query.action, query.code, query.locker)
    found = await ledger.read(lambda c: audit_search.search(c, wanted, query.before, query.limit))
    return FoundAuditReply.of(
        audit=found,
        kinds=await ledger.read(audit_search.kinds),
        next=found[-1].seq if len(found) == query.limit else None,
    )


class VerifiedReply(ReplyModel):
    """How many rows were read, and what is wrong with the first bad one; empty if none is."""

    rows: int
    holds: bool
    fault: str


async def verify_audit(context: BoxContext) -> VerifiedReply:
    """Read the whole audit trail beside the box's work, and say whether its chain holds."""
    file = context.box.config.ledger_file

    def whole() -> VerifiedChain:
        with closing(open_for_reading(file)) as connection:
            return ledger_audit.verify(connection)

    return VerifiedReply.of(**vars(chain := await asyncio.to_thread(whole)), holds=chain.holds)


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
