"""Who is let in and who gives way."""

from __future__ import annotations

from boxd.gateway.crowd import MOST_BYTES, Crowd


class Guest:
    is_ended = False

    def shut(self) -> None:
        self.is_ended = True


def arrive(crowd: Crowd, address: str, count: int = 1) -> list[Guest]:
    guests = []
    for _ in range(count):
        assert crowd.is_welcome(address)
        guests.append(Guest())
        crowd.enter(address, guests[-1])
    return guests


def ended(guests: list[Guest]) -> list[bool]:
    return [each.is_ended for each in guests]


def test_of_many_the_oldest_of_the_address_that_holds_most_gives_way() -> None:
    crowd = Crowd(most=6)
    few, many = arrive(crowd, "10.0.0.1", 3), arrive(crowd, "10.0.0.2", 3)
    crowd.begin("10.0.0.1", few[0])
    new = arrive(crowd, "10.0.0.3")
    assert ended(many) == [True, False, False]
    assert not any(ended([*few, *new]))


def test_one_address_holds_half_and_then_loses_its_own() -> None:
    crowd = Crowd(most=8)
    guests = arrive(crowd, "10.0.0.1", 5)
    assert ended(guests) == [True, False, False, False, False]


def test_whoever_is_being_answered_is_not_ended_and_then_nobody_is_let_in() -> None:
    crowd = Crowd(most=4)
    for guest in (at_work := arrive(crowd, "10.0.0.1", 2)):
        crowd.begin("10.0.0.1", guest)
    assert not crowd.is_welcome("10.0.0.1")
    assert not any(ended(at_work))
    count = crowd.take_count()
    assert (count.refused, count.ended, count.address) == (1, 0, "10.0.0.1")
    assert crowd.take_count().refused == 0


def test_whoever_comes_too_often_is_refused_but_a_proxy() -> None:
    crowd = Crowd(most=10_000, trusted=frozenset({"10.0.0.9"}))
    came = [crowd.is_welcome("10.0.0.1") for _ in range(1000)]
    assert 300 <= came.count(True) < 600
    assert all(crowd.is_welcome("10.0.0.9") for _ in range(1000))


def test_while_very_many_come_each_address_has_a_few() -> None:
    crowd = Crowd(most=10_000)
    for number in range(50):
        for _ in range(200):
            crowd.is_welcome(f"10.0.1.{number}")
    assert not crowd.is_welcome("10.0.1.49")
    assert crowd.is_welcome("10.0.2.1")


def test_of_too_many_bytes_the_largest_body_of_whoever_holds_most_goes() -> None:
    crowd = Crowd()
    small, large = arrive(crowd, "10.0.0.1"), arrive(crowd, "10.0.0.2", 2)
    crowd.hold("10.0.0.1", small[0], 1000)
    crowd.hold("10.0.0.2", large[0], MOST_BYTES - 2000)
    crowd.hold("10.0.0.2", large[1], 1001)
    assert ended([*small, *large]) == [False, True, False]


def test_the_fuller_it_is_the_shorter_a_connection_is_kept() -> None:
    crowd = Crowd(most=10)
    arrive(crowd, "10.0.0.1", 4)
    long_s = crowd.idle_s
    [guest, *_] = arrive(crowd, "10.0.0.2", 3)
    assert crowd.idle_s < long_s
    crowd.leave("10.0.0.2", guest)
    assert crowd.total == 6
