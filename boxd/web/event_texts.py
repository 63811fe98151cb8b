"""Events in words for the HUD: one line for each kind of row in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boxd.bays.view import REFUSED_AS
from boxd.redemption import Refusal

# action: (words, tone); the words may contain fields of the row
_LINES = {
    "claim.accepted": ("Code accepted at {bay}: {prize} goes into locker {locker}", "good"),
    "claim.refused": ("Code refused at {bay}: {refusal}", "bad"),
    "keypad.locked": ("Keypad of {bay} locked for {seconds} s after wrong codes", "bad"),
    "redemption.loaded": ("{actor}: locker {locker} is loaded with {prize}", "plain"),
    "redemption.substituted": ("{actor}: another prize for locker {locker}", "plain"),
    "redemption.declined": ("{actor} declined the claim at {bay}", "bad"),
    "redemption.cancelled": ("The attendee cancelled at {bay}", "plain"),
    "redemption.jammed": ("{actor}: locker {locker} did not open", "bad"),
    "redemption.opened": ("{actor}: locker {locker} is open", "plain"),
    "redemption.completed": ("{prize} given out from locker {locker} at {bay}", "good"),
    "redemption.reopened": ("{actor}: locker {locker} is opened once more", "plain"),
    "redemption.not_taken": ("{actor}: {prize} was not taken at {bay}", "bad"),
    "redemption.wrong": ("{actor}: the wrong prize lay in locker {locker}", "plain"),
    "redemption.broken": ("{actor}: {prize} was broken; another one is given", "bad"),
    "workflow.healed": ("A workflow stood still and was set up again", "plain"),
    "workflow.undecided": (
        "A code typed at {bay} was not checked: it has to be typed again",
        "bad",
    ),
    "opening.jam": ("Locker {locker} did not open", "bad"),
    "opening.take": ("Locker {locker} opened", "plain"),
    "override.ordered": ("{actor} opened locker {locker}: {cause}", "plain"),
    "sensor.restart_ordered": ("{actor} restarted the touch sensor of {device}", "plain"),
    "actuation.failed": ("Locker {locker}: the order could not be sent", "bad"),
    "actuation.unknown": ("Locker {locker}: it is not known whether it opened", "bad"),
    "locker.out_of_service": ("Locker {locker} is out of service: {cause}", "bad"),
    "locker.in_service": ("Locker {locker} is in service again", "good"),
    "alarm.raised": ("{text}", "bad"),
    "stock.received": ("{quantity} {prize} received", "plain"),
    "stock.written_off": ("{quantity} {prize} written off", "plain"),
    "staff.first_organiser": ("{actor} organises this box from now on", "plain"),
    "code.voided": ("Code {code} voided: {cause}", "plain"),
}

# What one transaction did many times.
_MANY = {
    "stock.received": ("{quantity} units of {rows} prizes received", "plain"),
    "stock.written_off": ("{quantity} units of {rows} prizes written off", "plain"),
    "code.voided": ("{rows} codes voided: {cause}", "plain"),
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
        words, tone = _MANY.get(row["action"], (f"{words} ({row['rows']} times)", tone))
    refusal = REFUSED_AS.get(Refusal(row["cause"]), "") if row["action"] == "claim.refused" else ""
    more = {
        "refusal": refusal,
        "prize": prizes.get(row["sku"] or "", row["sku"]),
        "bay": bays.get(row["bay"] or "", row["bay"]),
    }
    text = words.format(**(row["detail"] | row | more))
    return {"seq": row["seq"], "at": row["at"], "text": text, "tone": tone}
