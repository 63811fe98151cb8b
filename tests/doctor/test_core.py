"""Whatever a check does, it ends in a line; the worst line decides the exit code."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from boxd.doctor.check import Check, CheckResult, examine, worst
from boxd.doctor.check_context import CheckContext
from boxd.doctor.checks import CHECKS
from boxd.doctor.finding import Finding, Grade, Skip, failed, passed, skipped, warned
from boxd.doctor.report import lines
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import by_command, context


def check(look: object, within_s: float = 5.0) -> Check:
    return Check("Family", "name", look, "nothing", within_s)  # type: ignore[arg-type]


def raising(error: Exception) -> Check:
    def look(_: CheckContext) -> Iterator[Finding]:
        yield from ()
        raise error

    return check(look)


@pytest.mark.parametrize(
    ("error", "is_root", "grade", "words"),
    [
        (ValueError("oh"), True, Grade.FAILED, "this check itself broke (ValueError: oh)"),
        (Skip("no such thing"), True, Grade.SKIPPED, "no such thing"),
        (PermissionError(13, "no", "/a"), False, Grade.SKIPPED, "/a may not be read"),
        (PermissionError(13, "no", "/a"), True, Grade.FAILED, "/a may not be read"),
    ],
)
def test_a_check_that_breaks(
    resting: RestingBox, error: Exception, is_root: bool, grade: Grade, words: str
) -> None:
    box = context(resting.config, is_root=is_root)
    (found,) = examine(raising(error), box).findings
    assert found.grade is grade
    assert words in found.seen
    assert (found.remedy == "sudo boxd doctor") is (grade is Grade.SKIPPED and not is_root)


def test_what_a_check_found_before_it_had_to_stop_counts(resting: RestingBox) -> None:
    def look(_: CheckContext) -> Iterator[Finding]:
        yield failed("the first is broken", "mend it")
        raise PermissionError(13, "no", "/a")

    found = examine(check(look), context(resting.config, is_root=False)).findings
    assert worst(found) is Grade.FAILED
    assert [each.grade for each in found] == [Grade.FAILED, Grade.SKIPPED]


def test_a_check_that_hangs_has_failed(resting: RestingBox) -> None:
    end = threading.Event()

    def look(_: CheckContext) -> list[Finding]:
        end.wait()
        return []

    (found,) = examine(check(look, within_s=0.05), context(resting.config)).findings
    end.set()
    assert found.grade is Grade.FAILED
    assert "did not end" in found.seen


def test_a_check_that_finds_nothing_has_passed(resting: RestingBox) -> None:
    (found,) = examine(check(lambda _: []), context(resting.config)).findings
    assert found.grade is Grade.PASSED


def test_the_worst_of_all() -> None:
    bad, unwise, good, none = failed("a", "b"), warned("a", "b"), passed("a"), skipped("a")
    assert worst([none]) is worst([]) is Grade.SKIPPED
    assert worst([none, good]) is Grade.PASSED
    assert worst([unwise, good]) is Grade.WARNED
    assert worst([good, bad, unwise]) is Grade.FAILED


def test_checks_have_names_of_their_own_and_say_what_breaks_them() -> None:
    assert len({(each.family, each.name) for each in CHECKS}) == len(CHECKS)
    assert all(each.breaks for each in CHECKS)


def shown(width: int, *findings: Finding, everything: bool = False) -> list[str]:
    examined = [CheckResult(check(None), findings)]
    return list(lines(examined, width, lambda word, _: word, everything))


def test_lines_fit_an_old_terminal_and_keep_remedies_whole() -> None:
    seen, remedy = "something that takes many words to say " * 5, "sudo command " * 12
    told = shown(80, failed(seen, remedy))
    assert told[0] == "Family"
    assert all(len(line) <= 80 for line in told if ">" not in line)
    assert [line.strip() for line in told if ">" in line] == [f"> {remedy}".strip()]
    assert {line.index(line.strip()[0]) for line in told[2:5]} == {17}
    assert told[-2:] == ["Family/name", "1 failed"]


def test_what_does_not_concern_this_box_is_only_counted() -> None:
    findings = (passed("well"), skipped("not here"), skipped("not for you", "sudo boxd doctor"))
    told = "\n".join(shown(80, *findings))
    assert "not here" not in told
    assert "not for you" in told
    assert told.endswith("1 passed, 2 skipped")
    assert "not here" in "\n".join(shown(80, *findings, everything=True))


def test_what_is_well_with_a_check_stands_in_one_line_after_the_rest() -> None:
    told = shown(80, passed("one"), failed("two", "mend"), passed("three"))
    assert [line.split(None, 2)[2] for line in told[1:2] + told[3:4]] == ["two", "one; three"]


def test_the_exit_code_is_by_the_worst(resting: RestingBox) -> None:
    code, found = by_command(resting.config)
    assert (code, found["worst"], found["box"]) == (1, "failed", "box-1")
    assert found["counts"]["failed"] == sum(each["grade"] == "failed" for each in found["checks"])
    assert all(each["remedy"] for each in found["checks"] if each["grade"] in ("failed", "warned"))
