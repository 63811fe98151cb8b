"""Who may do what: the staff with their devices, and the tokens of programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from boxd.api import staff, tokens
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.ledger import task_kinds
from boxd.phones import qr
from boxd.roles import Role
from boxd.words import N_

PATH = f"{HOME}/access"
_STAFF = (Role.VIEWER, Role.ATTENDANT, Role.OPERATOR, Role.ORGANISER)
_DAYS = 30


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    return await _page(visit)


async def invite(visit: ConsoleVisit) -> Response:
    """Invite a person; the address and its QR code are on this page alone."""
    kinds = _one(visit, "kind")
    body = {"name": visit.form.get("name", ""), "role": _role(visit), "kinds": kinds}
    invited = await visit.act(staff.invite_staff, body=body)
    return await _page(visit, invited=invited, picture=qr.svg(invited["url"], invited["url"]))


async def end(visit: ConsoleVisit) -> Response:
    """End the session of one device."""
    await visit.act(staff.end_staff_session, session=visit.number("session"), body={})
    return go(PATH, said="ended")


async def remove(visit: ConsoleVisit) -> Response:
    """Take a person off the staff."""
    await visit.act(staff.remove_staff, body={"name": visit.form.get("name", "")})
    return go(PATH, said="removed")


async def make_token(visit: ConsoleVisit) -> Response:
    """Make a token; its secret is on this page alone."""
    body = {
        "name": visit.form.get("program", ""),
        "role": _role(visit),
        "days": _days(visit),
        "kinds": _one(visit, "kind"),
        "checkpoints": _one(visit, "checkpoint"),
    }
    return await _page(visit, made=await visit.act(tokens.create_token, body=body))


async def revoke(visit: ConsoleVisit) -> Response:
    """Revoke a token."""
    await visit.act(tokens.revoke_token, name=visit.form.get("program", ""), body={})
    return go(PATH, said="revoked")


async def _page(visit: ConsoleVisit, **more: object) -> Response:
    found: Mapping[str, Any] = await visit.act(staff.staff)
    ledger = visit.context.box.ledger
    return visit.page(
        "access.html",
        N_("People and programs"),
        people=found["staff"],
        sessions=found["sessions"],
        tokens=(await visit.act(tokens.tokens))["tokens"],
        staff_roles=[each.value for each in _STAFF],
        token_roles=[each.value for each in Role],
        kinds=await ledger.read(task_kinds.offered),
        checkpoints=await ledger.read(task_kinds.checkpoints),
        days=_DAYS,
        is_overheard=str(visit.context.box.phones.address or "").startswith("http:"),
        **more,
    )


def _role(visit: ConsoleVisit) -> Role | str:
    asked = visit.form.get("role", "")
    return Role(asked) if asked in {each.value for each in Role} else asked


def _one(visit: ConsoleVisit, name: str) -> tuple[str, ...]:
    """What was chosen to narrow a role to; empty for everything."""
    chosen = visit.form.get(name, "")
    return (chosen,) if chosen else ()


def _days(visit: ConsoleVisit) -> int:
    return visit.number("days") if visit.form.get("days", "").strip() else _DAYS


SECTION = ConsoleSection(
    path=PATH,
    title=N_("People and programs"),
    needs=staff.staff,
    show=show,
    acts={
        "/invite": Act(invite, show),
        "/end": Act(end, show),
        "/remove": Act(remove, show),
        "/token": Act(make_token, show),
        "/revoke": Act(revoke, show),
    },
    said={
        "ended": N_("That device is signed out."),
        "removed": N_("They were removed from the staff, and all their devices are signed out."),
        "revoked": N_("The token is revoked."),
    },
)
