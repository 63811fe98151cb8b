"""What a press teaches of a key, and when it has to be pressed once more."""

from __future__ import annotations

import mido
import pytest

from boxd.devices import Key
from boxd.midi.learning import (
    KEYS,
    LONGEST_S,
    NO_END_S,
    QUIET_S,
    Again,
    Kind,
    LearnedEvent,
    LearnedKey,
    LearningSession,
    Press,
    Signal,
    read,
)

NOTE = Signal(Kind.NOTE, 60)
BUTTON = Signal(Kind.CONTROL, 41)


def events(text: str) -> list[LearnedEvent]:
    """Messages as `hex@milliseconds`, those of no control left out."""
    heard = []
    for word in text.split():
        message, _, milliseconds = word.partition("@")
        event = read(mido.Message.from_hex(message), int(milliseconds or 0) / 1000)
        heard += [event] if event else []
    return heard


def pressed(lesson: LearningSession, text: str) -> LearnedKey | Again:
    press = lesson.press()
    for event in events(text):
        press.hear(event)
    return lesson.take(press)


def learned(text: str) -> LearnedKey | Again:
    return pressed(LearningSession(), text)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("903c7f 903c00", LearnedKey(NOTE)),
        ("903c01 803c40", LearnedKey(NOTE)),
        ("953c40 853c00", LearnedKey(Signal(Kind.NOTE, 60, 6))),
        ("b0297f b02900", LearnedKey(BUTTON)),
        ("b02964 b02901", LearnedKey(BUTTON, on=100, off=1)),
        ("b02964 b02900", LearnedKey(BUTTON, pressure=True)),
        ("b0290c b02940 b02911 b02900", LearnedKey(BUTTON, pressure=True)),
        ("b02900 b0297f", LearnedKey(BUTTON, on=0, off=127)),
    ],
)
def test_a_plain_key_is_learned_from_one_press(sent: str, expected: LearnedKey) -> None:
    assert learned(sent) == expected


@pytest.mark.parametrize("sent", ["a03c40 d040 903c7f a03c50 903c00", "f8 903c7f fe 903c00"])
def test_pressure_and_clock_are_no_keys(sent: str) -> None:
    assert learned(sent) == LearnedKey(NOTE)


def test_of_a_note_and_a_control_the_note_is_the_key() -> None:
    outcome = learned("b0143f 903c7f b01400 803c00")

    assert isinstance(outcome, LearnedKey)
    assert outcome.signal == NOTE
    assert outcome.notice == "it also sends control 20 on channel 1, which boxd ignores"


def test_a_key_that_bounces_is_learned_and_the_person_told() -> None:
    outcome = learned("903c7f@0 903c00@8 903c7f@12 903c00@20 903c7f@25 903c00@300")

    assert isinstance(outcome, LearnedKey)
    assert outcome.signal == NOTE
    assert outcome.notice == "it bounced 2 times, which boxd ignores"


def test_two_notes_at_once_are_asked_for_again() -> None:
    outcome = learned("903c7f 90407f 903c00 904000")

    assert outcome == Again(
        "that sent note 60 on channel 1 and note 64 on channel 1; press it once more, and nothing"
        " else"
    )


def test_a_key_that_always_sends_two_notes_is_known_by_the_first() -> None:
    lesson = LearningSession()
    outcomes = [pressed(lesson, "903c7f 90407f 903c00 904000") for _ in range(2)]

    assert isinstance(outcomes[0], Again)
    assert outcomes[1] == LearnedKey(
        NOTE, notice="it also sends note 64 on channel 1, which boxd ignores"
    )


def test_a_key_that_is_taken_is_not_given_twice() -> None:
    lesson = LearningSession()
    pressed(lesson, "903c7f 903c00")

    assert pressed(lesson, "903c7f 903c00") == Again("that is 0 already; press another key")
    assert lesson.key is Key.DIGIT_1


def test_a_stuck_key_that_fires_again_and_again_spoils_no_other() -> None:
    lesson = LearningSession()
    pressed(lesson, "903c7f 903c00")
    outcome = pressed(lesson, "903c7f 903e7f 903c00 903e00")

    assert outcome == Again(
        "0 fired too: is it stuck, or were two keys pressed? Press it once more"
    )


def test_the_late_end_of_the_key_before_is_no_press() -> None:
    lesson = LearningSession()
    pressed(lesson, "903c7f 903c00")

    assert pressed(lesson, "903c00 903e7f 903e00") == LearnedKey(Signal(Kind.NOTE, 62))


def test_a_slider_is_no_key() -> None:
    outcome = learned(" ".join(f"b007{value:02x}" for value in range(10, 20)))

    assert outcome == Again("that is a slider or knob; press a plain button")


def test_a_program_change_is_a_key_that_taps() -> None:
    lesson = LearningSession()
    assert isinstance(pressed(lesson, "c005"), Again)

    assert pressed(lesson, "c005") == LearnedKey(Signal(Kind.PROGRAM, 5), taps=True)


def test_a_program_change_that_is_said_again_at_the_end_is_no_key() -> None:
    outcome = learned("c005@0 c005@120")

    assert isinstance(outcome, Again)
    assert "set the device to send notes" in outcome.why


def test_a_key_that_chatters_without_end_is_none() -> None:
    outcome = learned(" ".join(f"903c7f@{20 * n} 903c00@{20 * n + 9}" for n in range(30)))

    assert outcome == Again(
        "note 60 on channel 1 does not come to rest; is the key stuck? Press it once more"
    )


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (["b0297f", "b02900", "b0297f"], LearnedKey(BUTTON, taps=True)),
        (["b02900", "b0297f", "b02900"], LearnedKey(BUTTON, taps=True)),
        (["b02902", "b02901", "b02902"], LearnedKey(BUTTON, on=2, off=1, taps=True)),
        (["903c7f", "803c00", "903c7f"], LearnedKey(NOTE, taps=True)),
        (["903c7f", "903c7f"], LearnedKey(NOTE, taps=True)),
    ],
    ids=str,
)
def test_a_key_that_never_ends_is_learned_by_its_next_beginning(
    sent: list[str], expected: LearnedKey
) -> None:
    lesson = LearningSession()
    *first, last = [pressed(lesson, press) for press in sent]

    assert all(isinstance(outcome, Again) for outcome in first)
    assert last == expected


@pytest.mark.parametrize(
    "sent",
    [
        ["b0297f", "b02900", "b0297f b02900"],
        ["b0297f", "b02900 b0297f b02900"],
        ["b0297f", "b0297f b02900"],
    ],
    ids=str,
)
def test_a_finger_that_rested_on_a_plain_key_does_not_make_it_one_that_toggles(
    sent: list[str],
) -> None:
    lesson = LearningSession()

    assert [pressed(lesson, press) for press in sent][-1] == LearnedKey(BUTTON)


def test_once_a_device_has_keys_that_toggle_the_next_one_needs_one_press() -> None:
    lesson = LearningSession()
    for press in ("b0297f", "b02900", "b0297f"):
        pressed(lesson, press)

    assert pressed(lesson, "b02a7f") == LearnedKey(Signal(Kind.CONTROL, 42), taps=True)
    assert pressed(lesson, "b02b00") == LearnedKey(Signal(Kind.CONTROL, 43), taps=True)


@pytest.mark.parametrize(
    ("sent", "over_at"),
    [
        ("903c7f@0 903c00@100", 0.1 + QUIET_S),
        ("903c7f@0", NO_END_S),
        ("b0297f@0", NO_END_S),
        ("b0297f@0 b02900@50", 0.05 + QUIET_S),
        (" ".join(f"903c7f@{n}" for n in range(0, 5000, 100)), LONGEST_S),
    ],
)
def test_a_press_is_over_once_the_device_is_quiet(sent: str, over_at: float) -> None:
    press = Press()
    for event in events(sent):
        press.hear(event)

    assert not press.is_over(over_at - 0.001)
    assert press.is_over(over_at + 0.001)


def test_nothing_is_over_before_it_began() -> None:
    assert not Press().is_over(1e9)


def test_asks_for_every_key_once_and_can_go_back_and_skip() -> None:
    lesson, asked = LearningSession(), []
    for number in range(3):
        asked.append(lesson.key)
        pressed(lesson, f"90{number:02x}7f 90{number:02x}00")
    lesson.back()
    lesson.back()
    assert asked == [Key.DIGIT_0, Key.DIGIT_1, Key.DIGIT_2]
    assert (lesson.key, list(lesson.learned)) == (Key.DIGIT_1, [Key.DIGIT_0])

    for _ in KEYS:
        lesson.skip()
    assert lesson.key is None
    lesson.back()
    assert lesson.key is Key.CANCEL


def test_before_the_first_key_there_is_none_to_go_back_to() -> None:
    lesson = LearningSession()
    lesson.back()
    assert lesson.key is Key.DIGIT_0
