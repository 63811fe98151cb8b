"""The audit trail: searched, read row by row, and verified on demand."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace

from starlette.responses import Response

from boxd.api import audit as api_audit
from boxd.console.section import HOME, Act, ConsoleSection
from boxd.console.visit import ConsoleVisit, whole_number
from boxd.errors import BadInput
from boxd.ledger import audit, audit_search
from boxd.ledger.audit import VerifiedChain
from boxd.ledger.audit_search import AuditFilter
from boxd.ledger.database import open_for_reading
from boxd.words import N_, ngettext, translate
from boxd.words import gettext as _

_AT_ONCE = 50


async def show(visit: ConsoleVisit) -> Response:
    """The page: what the form in the address asks for."""
    asked = visit.request.query_params
    try:
        wanted = _wanted(visit)
        before = whole_number(asked["before"], "before") if "before" in asked else None
    except BadInput as error:
        visit = visit.refused(translate(str(error)), 422)
        wanted, before = AuditFilter(), None
    ledger = visit.context.box.ledger
    found = await ledger.read(lambda c: audit_search.search(c, wanted, before, _AT_ONCE))
    return visit.page(
        "trail.html",
        N_("Audit trail"),
        rows=found,
        asked={name: asked.get(name, "") for name in ("text", "action", "code", "locker")},
        kinds=await ledger.read(audit_search.kinds),
        following=found[-1].seq if len(found) == _AT_ONCE else None,
    )


async def verify(visit: ConsoleVisit) -> Response:
    """Read the whole chain beside the box's own work, and say whether it holds."""
    file = visit.context.box.config.ledger_file

    def whole() -> VerifiedChain:
        with closing(open_for_reading(file)) as connection:
            return audit.verify(connection)

    chain = await asyncio.to_thread(whole)
    if not chain.holds:
        why = _("The chain is broken: {}. Keep the ledger's file, and look at the newest backup.")
        return await show(visit.refused(why.format(chain.fault), 409))
    said = ngettext(
        "The chain is intact: {} entry.", "The chain is intact: {} entries.", chain.rows
    )
    return await show(replace(visit, frame=replace(visit.frame, said=said.format(chain.rows))))


def _wanted(visit: ConsoleVisit) -> AuditFilter:
    asked = visit.request.query_params

    def number(name: str) -> int | None:
        text = asked.get(name, "").strip()
        return whole_number(text, _(name)) if text else None

    return AuditFilter(
        text=asked.get("text", "").strip(),
        action=asked.get("action", ""),
        code=number("code"),
        locker=number("locker"),
    )


SECTION = ConsoleSection(
    path=f"{HOME}/audit",
    title=N_("Audit trail"),
    needs=api_audit.audit,
    show=show,
    acts={"/verify": Act(verify, show)},
)
