"""What does not fit the other release is said in words, each with its way out."""

from __future__ import annotations

from boxd.upgrade.replay_check import in_words


def test_each_is_named_with_what_ends_it_and_never_by_the_sdks_own_words() -> None:
    raw = "[TMPRL1100] Nondeterminism error: Timer machine does not handle this event"
    told = in_words({"task-hunt.17@box-1": raw, "redemption-1a2-b": raw}, "box-1")
    assert "`boxd tasks give-up hunt.17` ends it" in told
    assert "redemption 1a2-b" in told
    assert "TMPRL1100" not in told
    assert told.endswith("or end it as said")  # what follows is the business of each direction


def test_of_many_the_first_are_named_and_the_rest_counted() -> None:
    told = in_words({f"task-hunt.{number}": "" for number in range(10, 40)}, "box-1")
    assert told.startswith("30 of what is open")
    assert told.count("give-up") == 5
    assert "and 25 more" in told
