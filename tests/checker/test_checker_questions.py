"""Nothing is stuck: an open redemption that the HUD does not ask about is found."""

import pytest

from checker import Invariant
from tests.checker.recorded_booth import RecordedBooth, only


def test_an_open_redemption_without_a_prompt_is_found(booth: RecordedBooth) -> None:
    booth.snapshot = {"at": "2026-11-21T12:10:00Z", "prompts": []}
    finding = only(booth.findings())
    assert finding.invariant is Invariant.NOTHING_STUCK
    assert "redemption r-2 is open, but the HUD asks nothing about it" in finding.what
    assert finding.evidence == ("stage ask, step 5",)


@pytest.mark.parametrize("lacking", ["title", "who"])
def test_a_prompt_that_names_nobody_or_asks_nothing_is_found(
    booth: RecordedBooth, lacking: str
) -> None:
    booth.snapshot = None
    booth.prompt("r-2", **{lacking: " "})
    finding = only(booth.findings())
    assert finding.invariant is Invariant.NOTHING_STUCK
    assert f"has no {lacking}" in finding.what


@pytest.mark.parametrize(
    ("since", "found"),
    [("2026-11-21T12:09:01Z", False), ("2026-11-21T12:08:59+00:00", True), ("", True)],
)
def test_a_box_at_work_for_more_than_a_minute_is_found(
    booth: RecordedBooth, since: str, found: bool
) -> None:
    booth.snapshot = None
    booth.prompt("r-2", who="box", since=since)
    findings = booth.findings()
    assert [each.invariant for each in findings] == [Invariant.NOTHING_STUCK] * found


def test_a_prompt_about_nothing_in_the_ledger_is_found(booth: RecordedBooth) -> None:
    booth.prompt("ghost")
    finding = only(booth.findings())
    assert finding.invariant is Invariant.NOTHING_STUCK
    assert "asks about redemption ghost, which is unknown" in finding.what


@pytest.mark.parametrize("prompts", [{}, {"prompts": "r-2"}, {"prompts": ["r-2"]}])
def test_a_snapshot_without_prompts_is_found(
    booth: RecordedBooth, prompts: dict[str, object]
) -> None:
    booth.snapshot = {"at": "2026-11-21T12:10:00Z", **prompts}
    finding = only(booth.findings())
    assert finding.invariant is Invariant.NOTHING_STUCK
    assert "the snapshot has no prompts" in finding.what


def test_without_a_snapshot_nothing_is_said_about_questions(booth: RecordedBooth) -> None:
    booth.snapshot = None
    assert booth.findings() == []
