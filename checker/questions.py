"""Invariant 6: nothing is stuck: each open redemption moves on, or asks somebody something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from checker.evidence import Evidence
from checker.invariants import Finding, Invariant, Verdict
from checker.ledger import Issue, Redemption
from checker.trace import Fields

# Opening a locker is a pulse and a few seconds of waiting for its door.
LONGEST_AT_WORK_S = 60


def hold(evidence: Evidence) -> Verdict:
    """Look for each open redemption's question among the prompts of the HUD's snapshot."""
    opened = [each for each in evidence.ledger.redemptions if each.is_open]
    issues = [each for each in evidence.ledger.issues if each.ended_at is None]
    checked = (("open redemptions", len(opened)), ("open issues", len(issues)))
    if evidence.snapshot is None:
        notes = ("no snapshot was given: whether open redemptions ask anything is not known",)
        return Verdict(Invariant.NOTHING_STUCK, checked, (), notes if opened else ())
    prompts = _prompts(evidence.snapshot)
    if prompts is None:
        return Verdict(Invariant.NOTHING_STUCK, checked, (_finding("the snapshot has no prompts"),))
    findings = (
        *(finding for each in opened for finding in _redemption(each, prompts, evidence.snapshot)),
        *_strangers(prompts, evidence),
        *(finding for each in issues for finding in _issue(each, evidence.snapshot)),
    )
    return Verdict(Invariant.NOTHING_STUCK, (*checked, ("prompts", len(prompts))), tuple(findings))


def _prompts(snapshot: Fields) -> list[Fields] | None:
    prompts = snapshot.get("prompts")
    if isinstance(prompts, list) and all(isinstance(each, dict) for each in prompts):
        return prompts
    return None


def _redemption(
    redemption: Redemption, prompts: list[Fields], snapshot: Fields
) -> Iterator[Finding]:
    mine = [each for each in prompts if each.get("redemption") == redemption.id]
    if not mine:
        what = f"redemption {redemption.id} is open, but the HUD asks nothing about it"
        yield _finding(what, f"stage {redemption.stage}, step {redemption.step}")
    for prompt in mine:
        for name in ("title", "who"):
            if not _is_text(prompt.get(name)):
                yield _finding(f"the prompt of redemption {redemption.id} has no {name}")
        if prompt.get("who") == "box":
            yield from _at_work_too_long(redemption, prompt, snapshot)


def _at_work_too_long(
    redemption: Redemption, prompt: Fields, snapshot: Fields
) -> Iterator[Finding]:
    since, now = _moment(prompt.get("since")), _moment(snapshot.get("at"))
    if since is None or now is None:
        what = f"the box is at work on redemption {redemption.id}, nobody knows since when"
        yield _finding(what, f"since {prompt.get('since')!r}, now {snapshot.get('at')!r}")
    elif (now - since).total_seconds() > LONGEST_AT_WORK_S:
        seconds = round((now - since).total_seconds())
        what = f"the box is at work on redemption {redemption.id} for {seconds} s"
        yield _finding(what, f"since {prompt['since']}, now {snapshot['at']}")


def _issue(issue: Issue, snapshot: Fields) -> Iterator[Finding]:
    """Nothing is held for ever: an issue ends by itself."""
    since, now = _moment(issue.since), _moment(snapshot.get("at"))
    if since is None or now is None or (now - since).total_seconds() > LONGEST_AT_WORK_S:
        what = f"the issue {issue.id} of a code does not end"
        yield _finding(what, f"{issue.state} since {issue.since}, now {snapshot.get('at')!r}")


def _strangers(prompts: list[Fields], evidence: Evidence) -> Iterator[Finding]:
    known = {each.id for each in evidence.ledger.redemptions}
    for prompt in prompts:
        if prompt.get("redemption") not in known:
            what = f"the HUD asks about redemption {prompt.get('redemption')}, which is unknown"
            yield _finding(what)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _moment(value: Any) -> datetime | None:
    """A time with its zone, or None."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def _finding(what: str, *shown: str) -> Finding:
    return Finding(Invariant.NOTHING_STUCK, what, shown)
