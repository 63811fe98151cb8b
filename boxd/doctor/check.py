"""A check and how it is run: within a time limit, and never ending in a traceback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Grade, Skip, failed, passed, skipped

SUDO = "sudo boxd doctor"
WITHIN_S = 10.0

_WORST_FIRST = (Grade.FAILED, Grade.WARNED, Grade.PASSED, Grade.SKIPPED)


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a box.

    `look` returns nothing if all is well and there is nothing to say. `breaks` says what makes the
    check warn or fail, for the list of checks. With `quotes_people` the findings may hold text
    that somebody typed, and never leave the box.
    """

    family: str
    name: str
    look: Callable[[CheckContext], Iterable[Finding]]
    breaks: str
    within_s: float = WITHIN_S
    quotes_people: bool = False


@dataclass(frozen=True)
class CheckResult:
    """A check that was run and its findings, at least one."""

    check: Check
    findings: tuple[Finding, ...]


def worst(findings: Iterable[Finding]) -> Grade:
    """The worst grade among the findings."""
    grades = {finding.grade for finding in findings}
    return next((grade for grade in _WORST_FIRST if grade in grades), Grade.SKIPPED)


def examine(check: Check, context: CheckContext) -> CheckResult:
    """Run the check; if it raises or takes too long, it has failed."""
    found: list[tuple[Finding, ...]] = []
    # A thread that hangs in the kernel can't be ended; it stays until the process ends.
    looking = threading.Thread(
        target=lambda: found.append(tuple(_look(check, context)) or (passed("nothing is wrong"),)),
        daemon=True,
    )
    looking.start()
    looking.join(check.within_s)
    return CheckResult(check, found[0] if found else (_unfinished(check),))


def _look(check: Check, context: CheckContext) -> Iterator[Finding]:
    """The findings so far, and the error that ended the check early."""
    try:
        yield from check.look(context)
    except Skip as unseen:
        yield skipped(unseen.why, unseen.remedy)
    except PermissionError as error:
        yield _forbidden(error, context)
    except Exception as error:  # noqa: BLE001 - one broken check must not stop the others
        said = f"this check itself broke ({type(error).__name__}: {error})"
        yield failed(said, "boxd doctor --bundle   # and send it to whoever looks after boxd")


def _forbidden(error: PermissionError, context: CheckContext) -> Finding:
    what = f"{error.filename or 'something'} may not be read by this user"
    if context.is_root:
        return failed(f"{what}, who is root", "dmesg | tail   # a file system that fails?")
    return skipped(what, SUDO)


def _unfinished(check: Check) -> Finding:
    return failed(
        f"this check did not end within {check.within_s:.0f} s; something it reads hangs",
        "dmesg | tail -50   # a disk or a device that does not answer?",
    )
