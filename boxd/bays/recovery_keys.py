"""The operator's keys at a playbook's question: what a press means, and what was typed so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from boxd.devices import Key
from boxd.recovery import GIVE_UP, MOST_COUNTED, RecoveryAnswer, RecoveryQuestion
from boxd.words import N_

NEXT = Key.DIGIT_0
_DIGITS = tuple(key for key in Key if key.is_digit and key is not NEXT)
_GIVES_UP = Key.DIGIT_9
_MOST_DIGITS = len(str(MOST_COUNTED))

_NO_ANSWER = N_("{key} does not answer this question; press {keys}")
_TYPE_FIRST = N_("Type how many there are, then press {key}.")
_SIGNED_IN = N_(
    "Only a signed-in operator or organiser may answer this: on this screen, in the console, or"
    " by `boxd recover answer {recovery}`."
)


@dataclass(frozen=True)
class KeyedChoice:
    """A key and what it says; `choice` is the answer, empty if it only leads to one."""

    key: Key
    label: str
    choice: str = ""


@dataclass(frozen=True)
class RecoveryKeysState:
    """What the keys have done at one question since it is shown. `message` is for the HUD."""

    question: str = ""
    is_leaving: bool = False
    typed: str = ""
    message: str = ""


class RecoveryKeys:
    """Keeps one question in focus, and makes answers of presses. It sends nothing itself.

    `printed` is what stands on a key.
    """

    def __init__(self, actor: str, printed: Callable[[Key], str]) -> None:
        self._actor = actor
        self._printed = printed
        self._questions: tuple[RecoveryQuestion, ...] = ()
        self._state = RecoveryKeysState()
        self._root = ""

    @property
    def focused(self) -> RecoveryQuestion | None:
        """The question that the keys answer."""
        return next((one for one in self._questions if one.id == self._state.question), None)

    @property
    def state(self) -> RecoveryKeysState:
        """What was pressed so far, and what is said about it."""
        return self._state

    def update(self, questions: Sequence[RecoveryQuestion]) -> None:
        """Take the questions that wait; the keys stay with the playbook that they answered."""
        self._questions = tuple(questions)
        if self.focused is None:
            ours = (one for one in questions if one.root == self._root)
            self._focus(next(ours, questions[0] if questions else None))

    def _focus(self, question: RecoveryQuestion | None) -> None:
        if question is not None:
            self._root = question.root
        self._state = RecoveryKeysState(question.id if question else "")

    def choices(self) -> tuple[KeyedChoice, ...]:
        """What the keys mean now."""
        question = self.focused
        if question is None:
            return ()
        if self._state.is_leaving:
            return (
                KeyedChoice(_GIVES_UP, N_("End it here"), GIVE_UP),
                KeyedChoice(Key.CANCEL, N_("No, go back")),
            )
        if question.needs_sign_in:
            given: tuple[KeyedChoice, ...] = ()
        elif question.counts:
            first = question.choices[0]
            given = (KeyedChoice(Key.ENTER, first.text, first.id),)
        else:
            keyed = zip(_DIGITS, question.choices, strict=False)
            given = tuple(KeyedChoice(key, each.text, each.id) for key, each in keyed)
        following = () if question.counts or len(self._questions) < 2 else (_FOLLOWING,)
        leaving = KeyedChoice(Key.CANCEL, N_("Delete") if self._state.typed else N_("End it here"))
        return (*given, *following, leaving)

    def press(self, key: Key) -> RecoveryAnswer | None:
        """Take a key; returns the answer if it is one."""
        question = self.focused
        if question is None:
            return None
        if question.counts and not self._state.is_leaving and key.is_digit:
            self._type(key)
            return None
        pressed = next((one for one in self.choices() if one.key is key), None)
        if pressed is None:
            self._say(self._why_not(question, key))
        elif not pressed.choice:
            self._lead(question, key)
        elif question.counts and pressed.choice != GIVE_UP and not self._state.typed:
            self._say(_TYPE_FIRST.format(key=self._printed(key)))
        else:
            self._say("")
            return self._answer(question, pressed.choice)
        return None

    def _type(self, key: Key) -> None:
        typed = (self._state.typed + key.value).lstrip("0") or "0"
        if len(typed) <= _MOST_DIGITS:
            self._state = replace(self._state, typed=typed, message="")

    def _lead(self, question: RecoveryQuestion, key: Key) -> None:
        """A key that answers nothing yet: next question, delete, leave or back."""
        if key is NEXT:
            place = self._questions.index(question)
            self._focus(self._questions[(place + 1) % len(self._questions)])
        elif self._state.typed and not self._state.is_leaving:
            self._state = replace(self._state, typed="", message="")
        else:
            is_leaving = not self._state.is_leaving
            self._state = replace(self._state, is_leaving=is_leaving, message="")

    def _why_not(self, question: RecoveryQuestion, key: Key) -> str:
        if question.needs_sign_in:
            return _SIGNED_IN.format(recovery=question.recovery)
        keys = " / ".join(self._printed(one.key) for one in self.choices())
        return _NO_ANSWER.format(key=self._printed(key), keys=keys)

    def _answer(self, question: RecoveryQuestion, choice: str) -> RecoveryAnswer:
        is_counted = question.counts and choice != GIVE_UP
        return RecoveryAnswer(
            id=str(uuid4()),
            recovery=question.recovery,
            choice=choice,
            actor=self._actor,
            number=question.number,
            count=int(self._state.typed) if is_counted else None,
        )

    def refuse(self, why: str) -> None:
        """Say why an answer was not taken."""
        self._say(N_("Not accepted: {why}").format(why=why))

    def _say(self, message: str) -> None:
        self._state = replace(self._state, message=message)

    def view(self) -> dict[str, Any] | None:
        """The question with its keys, as values for JSON in the box's language; None for none."""
        question = self.focused
        if question is None:
            return None
        return {
            "id": question.id,
            "title": question.title,
            "text": question.text,
            "left_prize": question.left_prize,
            "found": question.found,
            "counts": question.counts,
            "typed": self._state.typed,
            "is_leaving": self._state.is_leaving,
            "message": self._state.message,
            "options": [{"key": one.key.value, "label": one.label} for one in self.choices()],
            "others": len(self._questions) - 1,
        }


_FOLLOWING = KeyedChoice(NEXT, N_("Next"))
