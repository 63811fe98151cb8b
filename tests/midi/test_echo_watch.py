"""A board is believed while it answers, and what comes from it is new only then."""

from __future__ import annotations

import asyncio

import mido
import pytest

from boxd.midi import codetv
from boxd.midi.echo_watch import ECHO_WITHIN_S, PROBE_EVERY_S, QUIET_S, BoardAnswers, EchoWatch
from tests.bays.parts import HandClock

LIT = mido.Message.from_hex("f07d3001f7")
OTHER = mido.Message.from_hex("f07d2000f7")
TICK_S = 0.001


class Board:
    """A board at the far end: it echoes what it was sent after `after_s`, or not at all."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.sent: list[mido.Message] = []
        self.after_s: float | None = 0.002
        self.missed = 0
        self.told: list[tuple[BoardAnswers, str]] = []
        self.watch = EchoWatch(self.clock, self.probe, self.tell, self.miss)

    def probe(self) -> None:
        self.send(LIT)

    def send(self, message: mido.Message, acts_for_s: float = 0.0) -> None:
        self.sent.append(message)
        self.watch.sent(message, acts_for_s)
        if self.after_s is not None:
            self.clock.call_later(self.after_s + acts_for_s, lambda: self.watch.hear_echo(message))

    def tell(self) -> None:
        self.told.append((self.watch.answers, self.watch.why))

    def miss(self) -> None:
        self.missed += 1

    def wait(self, seconds: float) -> None:
        while seconds > 0:
            self.clock.advance(min(TICK_S, seconds))
            seconds -= TICK_S


@pytest.fixture
def board() -> Board:
    made = Board()
    made.watch.begin()
    return made


@pytest.fixture
def answering(board: Board) -> Board:
    board.wait(QUIET_S + 0.01)
    assert board.watch.is_answering
    board.told.clear()
    board.sent.clear()
    return board


def test_it_is_asked_after_a_quiet_moment_and_believed_at_its_echo(board: Board) -> None:
    board.wait(QUIET_S - 0.005)
    assert board.sent == []
    board.wait(0.01)
    assert board.sent == [LIT]
    assert board.told == [(BoardAnswers.ANSWERING, "")]


def test_what_comes_before_puts_the_question_off_but_not_for_ever(board: Board) -> None:
    for _ in range(3):
        board.wait(QUIET_S * 0.8)
        board.watch.hear_old()
    assert board.sent == []
    for _ in range(100):
        board.wait(0.01)
        board.watch.hear_old()
    assert board.sent != []


def test_an_echo_of_an_earlier_connection_proves_nothing(board: Board) -> None:
    board.watch.hear_echo(LIT)
    board.wait(QUIET_S / 2)
    assert not board.watch.is_answering
    board.after_s = None
    board.wait(1.0)
    assert not board.watch.is_answering


def test_a_probe_is_sent_when_nothing_else_is(answering: Board) -> None:
    answering.wait(PROBE_EVERY_S * 3.5)
    assert answering.sent == [LIT] * 3
    assert answering.told == []


@pytest.mark.parametrize("after_s", [None, 0.3])
def test_a_board_that_hangs_or_dawdles_is_told_within_two_seconds(
    answering: Board, after_s: float | None
) -> None:
    answering.after_s = after_s
    answering.wait(1.9)
    answers, why = answering.told[0]
    assert answers is BoardAnswers.SILENT
    assert "does not answer" in why
    assert "plug" in why


def test_a_board_that_pulses_has_the_time_for_it(answering: Board) -> None:
    answering.send(codetv.unlock(), 0.1)
    answering.send(codetv.unlock(), 0.1)
    answering.after_s = 0.19
    answering.wait(0.6)
    assert answering.told == []


def test_a_silent_board_is_sent_three_messages_and_then_no_more(answering: Board) -> None:
    answering.after_s = None
    answering.wait(60)
    assert len(answering.sent) == 1 + 3


def test_after_one_lost_message_it_is_used_again_once_it_answers_anew(answering: Board) -> None:
    answering.after_s = None
    answering.wait(1.3)
    answering.after_s = 0.002
    answering.wait(2.0)
    assert [answers for answers, _ in answering.told] == [
        BoardAnswers.SILENT,
        BoardAnswers.ANSWERING,
    ]


def test_what_comes_late_in_one_burst_is_old_to_its_end(answering: Board) -> None:
    """A cable that stood still for a while delivers old echoes and old keys alike."""
    answering.after_s = None
    answering.wait(20)
    answering.after_s = 0.002
    asked = len(answering.sent)
    for _ in range(asked):
        answering.watch.hear_echo(LIT)
        assert not answering.watch.is_answering
        answering.watch.hear_old()  # a key
        answering.wait(0.002)
        assert not answering.watch.is_answering
    answering.wait(QUIET_S + 0.01)
    assert answering.watch.is_answering
    assert len(answering.sent) == asked + 1


def test_one_that_sends_back_something_else_is_sent_nothing_more(answering: Board) -> None:
    answering.after_s = None
    answering.send(LIT)
    answering.watch.hear_noise()
    answering.wait(60)
    assert answering.told[0][0] is BoardAnswers.UNUSABLE
    assert "out of step" in answering.told[0][1]
    assert len(answering.sent) == 1


def test_noise_beside_the_right_echo_is_only_noise(answering: Board) -> None:
    for _ in range(5):
        answering.watch.hear_noise()
        answering.wait(1.0)
    assert answering.told == []


def test_an_echo_that_was_lost_among_others_is_not_missed(answering: Board) -> None:
    answering.after_s = None
    answering.send(OTHER)
    answering.after_s = 0.002
    answering.send(LIT)
    answering.wait(0.5)
    assert answering.told == []


def test_a_stall_of_boxd_itself_is_no_silence(answering: Board) -> None:
    answering.watch.sent(OTHER)
    answering.clock.stall(ECHO_WITHIN_S + 1.0)
    answering.clock.advance(0)  # the timer is due first, the echo waits behind it
    answering.watch.hear_echo(OTHER)
    answering.wait(0.3)
    assert answering.told == []


async def test_whoever_waits_for_the_first_word_gets_one(board: Board) -> None:
    board.after_s = None
    board.wait(0.3)
    await asyncio.wait_for(board.watch.settled.wait(), 1)
    assert board.told == [(BoardAnswers.SILENT, board.watch.why)]
