"""Keys that a device kept while nobody listened are not taken for new ones."""

from __future__ import annotations

from boxd.fresh_keys import LONGEST_S, QUIET_S, FreshKeys


def test_what_comes_in_one_burst_after_opening_is_old() -> None:
    keys = FreshKeys(now=10.0)
    assert [keys.is_new(10.0 + n * 0.03) for n in range(20)] == [False] * 20


def test_what_comes_after_a_quiet_moment_is_new() -> None:
    keys = FreshKeys(now=10.0)
    assert not keys.is_new(10.1)
    assert keys.is_new(10.1 + QUIET_S)
    assert keys.is_new(10.11 + QUIET_S)


def test_a_pad_that_is_never_quiet_is_believed_in_the_end() -> None:
    keys = FreshKeys(now=10.0)
    new = [keys.is_new(10.0 + n * 0.05) for n in range(100)]
    assert new.index(True) == LONGEST_S / 0.05
    assert all(new[new.index(True) :])


def test_what_arrived_before_the_opening_was_noticed_is_old() -> None:
    assert not FreshKeys(now=10.0).is_new(9.99)
