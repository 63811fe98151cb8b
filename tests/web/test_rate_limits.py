"""How often somebody may ask: at once, steadily, and when they are to come again."""

from __future__ import annotations

import itertools

import pytest

from boxd import rates
from boxd.rates import client_of
from boxd.web.problems import RequestError
from boxd.web.rate_limits import RateLimit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(limit: RateLimit, name: str = "a") -> int:
    """How many requests pass at this moment."""
    return next(count for count in itertools.count() if limit.wait_s(name))


def test_a_tenth_of_a_minute_passes_at_once_then_the_rest_steadily(clock: Clock) -> None:
    limit = RateLimit(600, clock)
    assert taken(limit) == 60
    assert limit.wait_s("a") == pytest.approx(0.1)
    clock.now += 1
    assert taken(limit) == 10
    clock.now += 3600
    assert taken(limit) == 60


def test_each_name_has_its_own(clock: Clock) -> None:
    limit = RateLimit(60, clock)
    assert (taken(limit, "a"), taken(limit, "b")) == (6, 6)


def test_who_asks_too_often_is_told_when_to_come_again(clock: Clock) -> None:
    limit = RateLimit(6, clock)
    taken(limit)
    with pytest.raises(RequestError, match="token 'app' asks too often; wait 10 s") as caught:
        limit.take("a", "token 'app'")
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "10"})


def test_asking_while_waiting_does_not_prolong_the_wait(clock: Clock) -> None:
    limit = RateLimit(6, clock)
    taken(limit)
    for _ in range(10):
        clock.now += 1
        assert limit.wait_s("a") > 0 or clock.now == 1010
    assert clock.now == 1010


def test_what_is_remembered_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_BUCKETS", 3)
    limit = RateLimit(60, clock)
    taken(limit, "first")
    for name in "abc":
        limit.wait_s(name)
    assert taken(limit, "first") == 6


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("fd00::1", "fd00::1"),
        ("fd00::ffff:1%wlan0", "fd00::ffff:1"),
        ("fd00:0:0:0:0:0:0:1", "fd00::1"),
        ("testclient", "testclient"),
    ],
)
def test_a_phone_is_counted_by_its_own_address(address: str, client: str) -> None:
    assert client_of(address) == client
