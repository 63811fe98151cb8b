"""Events in words for the HUD: one line for each kind of row in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxd.bays.view import REFUSED_AS
from boxd.ledger.staff_sessions import name_of
from boxd.redemption import Refusal
from boxd.words import N_, translate
from boxd.words import gettext as _

# action: (words, tone); the words may contain fields of the row
_LINES = {
    "claim.accepted": (N_("Code accepted at {bay}: {prize} goes into locker {locker}"), "good"),
    "claim.refused": (N_("Code refused at {bay}: {refusal}"), "bad"),
    "keypad.locked": (N_("Keypad of {bay} locked for {seconds} s after wrong codes"), "bad"),
    "redemption.loaded": (N_("{actor}: locker {locker} is loaded with {prize}"), "plain"),
    "redemption.substituted": (N_("{actor}: another prize for locker {locker}"), "plain"),
    "redemption.declined": (N_("{actor} declined the claim at {bay}"), "bad"),
    "redemption.cancelled": (N_("The attendee cancelled at {bay}"), "plain"),
    "redemption.jammed": (N_("{actor}: locker {locker} did not open"), "bad"),
    "redemption.opened": (N_("{actor}: locker {locker} is open"), "plain"),
    "redemption.completed": (N_("{prize} given out from locker {locker} at {bay}"), "good"),
    "redemption.reopened": (N_("{actor}: locker {locker} is opened once more"), "plain"),
    "redemption.not_taken": (N_("{actor}: {prize} was not taken at {bay}"), "bad"),
    "redemption.wrong": (N_("{actor}: the wrong prize lay in locker {locker}"), "plain"),
    "redemption.broken": (N_("{actor}: {prize} was broken; another one is given"), "bad"),
    "recovery.started": (N_("{actor} begins: {cause}"), "plain"),
    "prize.left_in_locker": (N_("{prize} still lies in locker {locker}"), "bad"),
    "prize.taken_out": (N_("{actor} took {prize} out of locker {locker}"), "plain"),
    "workflow.healed": (N_("A workflow stood still and was set up again"), "plain"),
    "workflow.undecided": (
        N_("A code typed at {bay} was not checked: it has to be typed again"),
        "bad",
    ),
    "opening.jam": (N_("Locker {locker} did not open"), "bad"),
    "opening.take": (N_("Locker {locker} opened"), "plain"),
    "override.ordered": (N_("{actor} opened locker {locker}: {cause}"), "plain"),
    "sensor.restart_ordered": (N_("{actor} restarted the touch sensor of {device}"), "plain"),
    "actuation.failed": (N_("Locker {locker}: the order could not be sent"), "bad"),
    "actuation.unknown": (N_("Locker {locker}: it is not known whether it opened"), "bad"),
    "locker.out_of_service": (N_("Locker {locker} is out of service: {cause}"), "bad"),
    "locker.in_service": (N_("Locker {locker} is in service again"), "good"),
    "alarm.raised": ("{text}", "bad"),
    "stock.received": (N_("{quantity} {prize} received"), "plain"),
    "stock.written_off": (N_("{quantity} {prize} written off"), "plain"),
    "stock.sent": (N_("{quantity} {prize} left for another box ({move})"), "plain"),
    "staff.first_organiser": (N_("{actor} organises this box from now on"), "plain"),
    "code.voided": (N_("Code {code} voided: {cause}"), "plain"),
}

# What one transaction did many times.
_MANY = {
    "stock.received": (N_("{quantity} units of {rows} prizes received"), "plain"),
    "stock.written_off": (N_("{quantity} units of {rows} prizes written off"), "plain"),
    "code.voided": (N_("{rows} codes voided: {cause}"), "plain"),
}


def event_line(
    row: dict[str, Any], prizes: Mapping[str, str], bays: Mapping[str, str]
) -> dict[str, Any]:
    """One thing that was done, for the HUD: seq, at, text, tone.

    `row` is the last row of the audit trail about it (see `audit.newest_of`); `prizes` has the
    names of the prizes by sku, `bays` those of the bays by id.
    """
    words, tone = _LINES.get(row["action"], ("{action}", "plain"))
    if row["rows"] > 1:
        words, tone = _MANY.get(row["action"], (words, tone))
    refusal = REFUSED_AS.get(Refusal(row["cause"]), "") if row["action"] == "claim.refused" else ""
    more = {
        "refusal": _(refusal) if refusal else "",
        "prize": prizes.get(row["sku"] or "", row["sku"]),
        "bay": bays.get(row["bay"] or "", row["bay"]),
        "actor": translate(name_of(row["actor"])),
    }
    if row["action"] == "recovery.started":
        more["cause"] = translate(row["cause"])  # the playbook's title
    values = row["detail"] | row | more
    if row["action"] == "alarm.raised":
        text = translate(values["text"])
    else:
        text = _(words).format(**values)
    if row["rows"] > 1 and row["action"] not in _MANY:
        text = _("{what} ({count} times)").format(what=text, count=row["rows"])
    return {"seq": row["seq"], "at": row["at"], "text": text, "tone": tone}
