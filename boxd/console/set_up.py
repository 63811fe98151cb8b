"""What to do before an event, in order, each step ticked by what is true. Plain functions."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.ledger.set_up_facts import SetUpFacts
from boxd.words import N_


@dataclass(frozen=True)
class SetUpStep:
    """One step: its title and how to do it, the page where it is done, if there is one."""

    title: str
    how: str
    path: str
    is_done: bool


def steps(facts: SetUpFacts, has_phones: bool) -> list[SetUpStep]:
    """The steps in their order."""
    return [
        SetUpStep(
            N_("Prizes"),
            N_("Add them one by one, or from a spreadsheet."),
            "/o/prizes",
            facts.has_stock,
        ),
        SetUpStep(
            N_("A task"),
            N_("What attendees do to earn a code; look at it as a phone shows it."),
            "/o/tasks",
            facts.has_task,
        ),
        SetUpStep(
            N_("Network and name"),
            N_("Choose what people call this box, and the address at which phones reach it."),
            "/o/phones",
            has_phones,
        ),
        SetUpStep(
            N_("People"),
            N_("Enter badges or names, or upload a file."),
            "/o/people",
            facts.has_people,
        ),
        SetUpStep(
            N_("Attendants"),
            N_("Invite the people who check what attendees did."),
            "/o/access",
            facts.has_attendant,
        ),
        SetUpStep(
            N_("Print"),
            N_("Cards for attendees, signs for checkpoints, or vouchers."),
            "/o/print",
            facts.has_printed,
        ),
        SetUpStep(
            N_("A rehearsal"),
            N_("Practise everything, with codes and units that don't count."),
            "/o/rehearsal",
            facts.has_rehearsed,
        ),
    ]
