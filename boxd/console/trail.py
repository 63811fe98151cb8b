"""The audit trail: searched, read row by row, and verified on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from boxd.api import audit
from boxd.console.section import HOME, Act, ConsoleSection
from boxd.console.visit import ConsoleVisit, whole_number
from boxd.errors import BadInput
from boxd.words import N_, ngettext, translate
from boxd.words import gettext as _

_AT_ONCE = 50


async def show(visit: ConsoleVisit) -> Response:
    """The page: what the form in the address asks for."""
    asked = visit.request.query_params
    try:
        found = await visit.act(audit.search_audit, query=_wanted(visit))
    except BadInput as error:
        visit = visit.refused(translate(str(error)), 422)
        found = await visit.act(audit.search_audit, query={"limit": _AT_ONCE})
    return visit.page(
        "trail.html",
        N_("Audit trail"),
        rows=found["audit"],
        asked={name: asked.get(name, "") for name in ("text", "action", "code", "locker")},
        kinds=found["kinds"],
        following=found["next"],
    )


async def verify(visit: ConsoleVisit) -> Response:
    """Read the whole chain beside the box's own work, and say whether it holds."""
    chain = await visit.act(audit.verify_audit)
    if not chain["holds"]:
        why = _("The chain is broken: {}. Keep the ledger's file, and look at the newest backup.")
        return await show(visit.refused(why.format(chain["fault"]), 409))
    rows = chain["rows"]
    said = ngettext("The chain is intact: {} entry.", "The chain is intact: {} entries.", rows)
    return await show(replace(visit, frame=replace(visit.frame, said=said.format(rows))))


def _wanted(visit: ConsoleVisit) -> dict[str, Any]:
    asked = visit.request.query_params

    def number(name: str) -> int | None:
        text = asked.get(name, "").strip()
        return whole_number(text, _(name)) if text else None

    return {
        "text": asked.get("text", ""),
        "action": asked.get("action", ""),
        "code": number("code"),
        "locker": number("locker"),
        "before": number("before"),
        "limit": _AT_ONCE,
    }


SECTION = ConsoleSection(
    path=f"{HOME}/audit",
    title=N_("Audit trail"),
    needs=audit.search_audit,
    show=show,
    acts={"/verify": Act(verify, show)},
)
