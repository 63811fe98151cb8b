"""The operator's physical keys: which prompt they answer, and which answer each press is."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from boxd.bays.answering import outcome, why_not_taken
from boxd.bays.options import SUBSTITUTE, Option, pages_of
from boxd.bays.prompts import Prompt
from boxd.bays.recovery_keys import RecoveryKeys
from boxd.bays.redemptions import AnswerTaker, RecoveryTaker
from boxd.bays.touches import IgnoredTouch, TouchFilter
from boxd.devices import Buzzer, Key, Keypad, KeyTouch
from boxd.recovery import RecoveryQuestion, RecoveryTaken
from boxd.redemption import Reply
from boxd.timers import Timers
from boxd.words import N_

_NO_ANSWER = N_("{key} does not answer this question; press {keys}")

ACTOR = N_("operator (keys)")
NEXT = Key.DIGIT_0

SETTLE_S = 0.4
"""A finger that is on its way down when the question changes must not answer the new one."""

ANSWERED_S = 2.0
"""An accepted answer brings a new prompt within this time; until then presses are repetitions."""

PATIENCE_S = 10.0
"""How long to wait for a reply: a killed server or worker is back within 3 s."""

REFUSED_BEEP_MS = 200


@dataclass(frozen=True)
class ConsoleState:
    """The prompt that the keys answer. `focused` is its id or empty; `message` is for the HUD."""

    focused: str = ""
    menu: str = ""
    page: int = 0
    message: str = ""


class OperatorConsole:
    """Keeps one prompt focused, the oldest first, and turns key presses into answers.

    `keypad` None is a box without operator's keys: it still has a focus. `on_change` is called
    whenever `state` or `recovery` changes. `recoveries` takes answers to playbooks' questions.
    `key_labels` is what is printed on keys that are called otherwise.
    """

    def __init__(
        self,
        redemptions: AnswerTaker,
        keypad: Keypad | None,
        buzzer: Buzzer | None,
        *,
        on_change: Callable[[], None],
        timers: Timers,
        stuck_key_s: float,
        patience_s: float = PATIENCE_S,
        recoveries: RecoveryTaker | None = None,
        key_labels: Mapping[Key, str] = MappingProxyType({}),
    ) -> None:
        self.key_labels = key_labels
        self._redemptions = redemptions
        self._buzzer = buzzer
        self._on_change = on_change
        self._timers = timers
        self._patience_s = patience_s
        self._recoveries = recoveries
        self._recovery = RecoveryKeys(ACTOR, self._printed)
        self._touches = TouchFilter(stuck_key_s, keypad.one_scan_s if keypad else 0.0)
        self._prompts: tuple[Prompt, ...] = ()
        self._state = ConsoleState()
        self._deaf_until = -math.inf
        self._answering: asyncio.Task[str] | None = None
        if keypad is not None:
            keypad.subscribe(self._take_touch)

    def state(self) -> ConsoleState:
        """The present state of the keys."""
        return self._state

    def recovery(self) -> dict[str, Any] | None:
        """The playbook's question that the keys answer, for the HUD; None for none."""
        return self._recovery.view()

    def stuck(self) -> tuple[Key, ...]:
        """The keys that have been held for so long that they no longer count."""
        return self._touches.stuck(self._timers.time())

    def update(self, prompts: Sequence[Prompt], questions: Sequence[RecoveryQuestion] = ()) -> None:
        """Take the open prompts, in any order; the focus stays if it can.

        The questions of playbooks wait while there is any prompt.
        """
        before = self._visible()
        self._prompts = tuple(sorted(prompts, key=_urgency))
        self._recovery.update(() if prompts or self._recoveries is None else questions)
        if self._is_focus_free():
            self._show(ConsoleState(focused=self._prompts[0].id if self._prompts else ""))
        if self._visible() != before:
            self._deaf_until = self._timers.time() + SETTLE_S

    def forget_touches(self) -> None:
        """The keypad was away: forget which keys were held."""
        self._touches.forget()

    def close(self) -> None:
        """Stop waiting for a reply."""
        if self._answering is not None:
            self._answering.cancel()

    def _take_touch(self, touch: KeyTouch) -> None:
        key = self._touches.take(touch)
        if isinstance(key, IgnoredTouch) or self._answering is not None:
            return
        if self._timers.time() >= self._deaf_until:
            self._press(key)

    def _press(self, key: Key) -> None:
        prompt = self._focused()
        if prompt is None:
            self._press_for_recovery(key)
            return
        if key is NEXT:
            self._focus_next(prompt)
            return
        option = next((one for one in self._options(prompt) if one.key is key), None)
        if option is None:
            keys = [one.key for one in self._options(prompt) if one.key]
            offered = " / ".join(map(self._printed, keys))
            self._report(_NO_ANSWER.format(key=self._printed(key), keys=offered))
        else:
            self._choose(prompt, option)

    def _press_for_recovery(self, key: Key) -> None:
        before, question = self._recovery.state, self._recovery.focused
        answer = self._recovery.press(key)
        if self._recovery.state != before:
            self._on_change()
        if answer is not None and question is not None and self._recoveries is not None:
            is_over = partial(self._recovery_answer_is_over, question.id)
            self._send(self._recoveries.answer(answer), is_over)

    def _recovery_answer_is_over(self, question: str, task: asyncio.Task[str]) -> None:
        self._answering = None
        if task.cancelled():
            return
        if why := outcome(task):
            self._beep()
            self._recovery.refuse(why)
            self._on_change()
        elif self._recovery.state.question == question:
            self._deaf_until = self._timers.time() + ANSWERED_S

    def _printed(self, key: Key) -> str:
        return self.key_labels.get(key, key.value)

    def _choose(self, prompt: Prompt, option: Option) -> None:
        if option.answer is None:
            self._show(self._opened(prompt, option.opens))
            return
        answer = prompt.answer(option.answer, str(uuid4()), ACTOR)
        self._report("")
        self._send(self._redemptions.answer(answer), partial(self._answer_is_over, prompt))

    def _send(
        self,
        answering: Awaitable[Reply | RecoveryTaken],
        is_over: Callable[[asyncio.Task[str]], None],
    ) -> None:
        sending = why_not_taken(answering, self._patience_s)
        self._answering = asyncio.get_running_loop().create_task(sending)
        self._answering.add_done_callback(is_over)

    def _opened(self, prompt: Prompt, menu: str) -> ConsoleState:
        is_paging = menu == SUBSTITUTE == self._state.menu
        page = (self._state.page + 1) % pages_of(prompt.others) if is_paging else 0
        return ConsoleState(prompt.id, menu, page)

    def _answer_is_over(self, prompt: Prompt, task: asyncio.Task[str]) -> None:
        self._answering = None
        if task.cancelled():
            return
        if why := outcome(task):
            self._refuse(why)
        elif self._state.focused == prompt.id:
            self._deaf_until = self._timers.time() + ANSWERED_S

    def _refuse(self, why: str) -> None:
        self._beep()
        self._report(N_("Not accepted: {why}").format(why=why))

    def _beep(self) -> None:
        if self._buzzer is not None:
            self._buzzer.sound(REFUSED_BEEP_MS)

    def _report(self, message: str) -> None:
        state = self._state
        self._show(ConsoleState(state.focused, state.menu, state.page, message))

    def _focus_next(self, prompt: Prompt) -> None:
        asking = [one for one in self._prompts if one.options] or list(self._prompts)
        following = asking[(asking.index(prompt) + 1) % len(asking)] if prompt in asking else None
        self._show(ConsoleState(focused=(following or asking[0]).id))

    def _is_focus_free(self) -> bool:
        focused = self._focused()
        return focused is None or not focused.options

    def _focused(self) -> Prompt | None:
        return next((one for one in self._prompts if one.id == self._state.focused), None)

    def _options(self, prompt: Prompt) -> tuple[Option, ...]:
        return prompt.menu(self._state.menu, self._state.page)

    def _visible(self) -> tuple[str, tuple[Option, ...]]:
        """What a finger aims at."""
        prompt = self._focused()
        if prompt is None:
            return self._recovery.state.question, ()
        return prompt.id, self._options(prompt)

    def _show(self, state: ConsoleState) -> None:
        if state != self._state:
            self._state = state
            self._on_change()


def _urgency(prompt: Prompt) -> tuple[bool, str, str]:
    """Prompts that the operator can answer come first, then those that have waited longest."""
    return not prompt.options, prompt.since, prompt.id
