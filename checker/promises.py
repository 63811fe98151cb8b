"""Invariant 5: what was acknowledged is not lost, whatever crashed afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checker.acknowledged import Told
from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict

# The stage that an answer ends a redemption with.
_ENDING = {
    "declined": "declined",
    "not_taken": "declined",
    "cancelled": "cancelled",
    "completed": "dispensed",
}


def hold(evidence: Evidence) -> Verdict:
    """Look for everything that was acknowledged in the ledger, and for what each answer caused."""
    told = evidence.acknowledged.told
    findings = (
        *(
            Finding(Invariant.KEPT, why, (str(each),))
            for each in told
            for why in _lost(each, evidence)
        ),
        *_verdicts_lost(evidence),
        *_answers_without_effect(evidence),
    )
    checked = (("acknowledgements", len(told)), ("answers", len(evidence.ledger.answers)))
    notes = () if evidence.acknowledged.is_given else ("no file of acknowledgements was given",)
    return Verdict(Invariant.KEPT, checked, findings, notes)


def _lost(told: Told, evidence: Evidence) -> Iterator[str]:
    match told.what:
        case "answer":
            yield from _answer_lost(told, evidence)
        case "claimed" | "dispensed":
            yield from _redemption_lost(told, evidence)
        case "code":
            if not any(str(each.id) == str(told.fields["id"]) for each in evidence.ledger.codes):
                yield f"code {told.fields['id']} was issued, but is not in the ledger"
        case "scanned" | "judged":
            yield from _task_lost(told, evidence)
        case "recovered":
            wanted = tuple(str(told.fields[name]) for name in ("id", "recovery", "choice"))
            kept = evidence.ledger.recovery_answers
            if not any((each.id, each.recovery, each.choice) == wanted for each in kept):
                yield f"answer {wanted[0]} to {wanted[1]} was taken, but is not in the ledger"


def _answer_lost(told: Told, evidence: Evidence) -> Iterator[str]:
    number, kind = told.fields["id"], told.fields["kind"]
    found = next((each for each in evidence.ledger.answers if each.id == number), None)
    if found is None:
        yield f"answer {number} ({kind}) was accepted, but is not in the ledger"
    elif (found.redemption, found.kind) != (told.fields["redemption"], kind):
        yield (
            f"answer {number} was accepted as {kind} to {told.fields['redemption']}, but is"
            f" {found.kind} to {found.redemption} in the ledger"
        )


def _task_lost(told: Told, evidence: Evidence) -> Iterator[str]:
    ledger, task = evidence.ledger, told.fields["task"]
    kept = ledger.scans if told.what == "scanned" else ledger.verdicts
    if not any((each.id, each.task) == (told.fields["id"], task) for each in kept):
        yield f"task {task} was {told.what} by {told.fields['id']}, but that is not in the ledger"


def _redemption_lost(told: Told, evidence: Evidence) -> Iterator[str]:
    wanted = told.fields["redemption"]
    found = next((each for each in evidence.ledger.redemptions if each.id == wanted), None)
    if found is None:
        yield f"redemption {wanted} was {told.what}, but is not in the ledger"
    elif told.what == "dispensed" and found.stage != "dispensed":
        yield f"redemption {wanted} was dispensed, but is at stage {found.stage} in the ledger"
    elif told.what == "claimed" and found.stage == "refused":
        yield f"redemption {wanted} was claimed, but is refused in the ledger"


def _verdicts_lost(evidence: Evidence) -> Iterator[Finding]:
    """More verdict lamps at a bay than verdicts in the ledger."""
    verdicts = [each for each in evidence.acknowledged.told if each.what == "verdict"]
    decided = Counter(
        (each.bay, "failure" if each.stage == "refused" else "success")
        for each in evidence.ledger.redemptions
    )
    for (bay, lamp), shown in sorted(_lamps(verdicts).items()):
        if len(shown) > decided[bay, lamp]:
            what = (
                f"{bay} showed {len(shown)} verdicts by its {lamp} lamp,"
                f" the ledger has {decided[bay, lamp]}"
            )
            yield Finding(Invariant.KEPT, what, tuple(map(str, shown)))


def _lamps(verdicts: list[Told]) -> dict[tuple[str, str], list[Told]]:
    lamps: dict[tuple[str, str], list[Told]] = {}
    for each in verdicts:
        lamps.setdefault((str(each.fields["bay"]), str(each.fields["lamp"])), []).append(each)
    return lamps


def _answers_without_effect(evidence: Evidence) -> Iterator[Finding]:
    stages = {each.id: each.stage for each in evidence.ledger.redemptions}
    for answer in evidence.ledger.answers:
        ending, stage = _ENDING.get(answer.kind), stages.get(answer.redemption)
        if ending is not None and stage != ending:
            what = f"redemption {answer.redemption} was {answer.kind}, but is at stage {stage}"
            yield Finding(Invariant.KEPT, what, (f"answer {answer.id} at {answer.at}",))
