"""One bay: its keypad, lamps and buzzer, from the first touch to the verdict and back to ready.

Reflexes happen here, at once and without asking anybody. Decisions come from outside: they are
asked for through `Redemptions` and shown by `follow` and `lock`; `availability` says whether the
bay takes codes at all.

Three fields of `Bay` say what it is at. They exclude each other; all of them empty is FREE:

    CHECKING  _check      a typed code is on its way to its verdict
    SERVING   _open       a redemption is open, at the stage that it says (`redemption.stage_after`)
    RETYPE    _unchecked  why a code got no verdict: it has to be typed again

    FREE --- Enter after digits ---> CHECKING --- verdict: accepted ---> SERVING
     ^ ^                              |    |                              ^   |
     | +- refused, or given up by  ---+    +- nobody could be asked       |   |
     |    Cancel when it is late           v                              |   |
     +--- 30 s, a key, in service again - RETYPE --- accepted after all --+   |
     +------------------- the redemption ended, or `follow(None)` ------------+

The other fields lie across these and exclude nothing: `_typing` (its digits are typed while FREE
or RETYPE), `_was_refused` (for some seconds the lamps show a refusal), `availability` (locked or
not in service; a redemption that is open goes on), `_stuck`. Which of them lamps and words go by
is decided in `view.moment_for` and `view.text_for`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from boxd.bays.availability import Availability
from boxd.bays.cancelling import Cancelling
from boxd.bays.check import CodeCheck, NoVerdict, RetryLimits
from boxd.bays.lamps import LampPlayer
from boxd.bays.redemptions import Redemptions
from boxd.bays.touches import IgnoredTouch, TouchFilter
from boxd.bays.typed_digits import TypedDigits
from boxd.bays.view import (
    BayFacts,
    BayState,
    BayView,
    Checking,
    LastEvent,
    ending_of,
    moment_for,
    state_for,
    text_for,
)
from boxd.config import schema
from boxd.devices import Buzzer, Key, Keypad, KeyTouch, Lamp, LampName, Reader
from boxd.errors import Refused
from boxd.ledger.home_number import Homes
from boxd.ledger.scanned_code import digits_in
from boxd.lights.moments import LightMoment
from boxd.lights.pattern import Pattern
from boxd.lights.shows import LightShow, ShowName, show_named
from boxd.lights.strip_frame import Playing
from boxd.redemption import RedemptionStanding, Stage
from boxd.timers import Timer, Timers
from boxd.words import N_

REFUSED_BEEP_MS = 300
LOCKED_BEEP_MS = 800
REMINDER_BEEP_MS = 200
OPENED_BEEP_MS = 120

UNCHECKED_SHOWS_S = 30.0
"""How long the front stays out of service for a code that could not be checked.

Its owner has to see it, and the next attendee must not be blocked by it.
"""

PREVIEW_MS = 4_000
"""How long a pattern without an end is shown to people who choose one."""

ENDINGS_REMEMBERED = 16
"""A verdict may arrive twice; the bay remembers this many redemptions that it has shown."""

_EIGHT_DIGITS = Homes(8)
_NO_CODE_OF_OURS = "unknown code: what was scanned is none of this box's codes"

log = structlog.get_logger()


@dataclass(frozen=True)
class BayDevices:
    """The devices of one bay."""

    keypad: Keypad
    lamps: Mapping[LampName, Lamp]
    buzzer: Buzzer | None = None
    reader: Reader | None = None


class Bay:
    """Owns one bay's keypad, lamps and buzzer. All methods are called on the event loop.

    `timers` is the loop, `now` the wall clock with its time zone. `on_change` is called whenever
    `view` changes.
    """

    def __init__(
        self,
        config: schema.BaySection,
        timeouts: schema.Timeouts,
        devices: BayDevices,
        redemptions: Redemptions,
        *,
        on_change: Callable[[], None],
        timers: Timers,
        now: Callable[[], datetime],
        homes: Homes = _EIGHT_DIGITS,
        retry_limits: RetryLimits | None = None,
        lights: LightShow | None = None,
    ) -> None:
        self._config = config
        self._timeouts = timeouts
        self._buzzer = devices.buzzer
        self._redemptions = redemptions
        self._on_change = on_change
        self._timers = timers
        self._now = now
        self._retry_limits = retry_limits or RetryLimits()
        self._homes = homes
        self._touches = TouchFilter(timeouts.stuck_key_s, devices.keypad.one_scan_s)
        self._typing = TypedDigits(timeouts.typing_s)
        self._player = LampPlayer(devices.lamps, timers)
        self._lights = lights or show_named(ShowName.CLASSIC)
        self._open: RedemptionStanding | None = None
        self._ended: deque[str] = deque(maxlen=ENDINGS_REMEMBERED)
        self._check: CodeCheck | None = None
        self._cancelling = Cancelling(
            redemptions, self._retry_limits.longest_s, self._show_cancel_refused
        )
        self.availability = Availability(
            timers, on_change=self._refresh, on_return=self._forget_unchecked
        )
        self._unchecked = ""
        self._was_refused = False
        self._stuck: tuple[Key, ...] = ()
        self._last: LastEvent | None = None
        self._timer_of: dict[Callable[[], None], Timer] = {}
        self._player.show(self._lights[moment_for(self._facts())])
        devices.keypad.subscribe(self._take_touch)
        if devices.reader is not None:
            devices.reader.subscribe(self._take_scan)

    # Called by the workflow's activities and the daemon

    def follow(self, standing: RedemptionStanding | None) -> None:
        """Show the bay's redemption; None if there is no open one.

        May be called twice and late: a standing that is older than the shown one changes nothing.
        """
        if standing is None:
            self._open = None
        elif not self._is_outdated(standing):
            self._end(standing) if standing.stage.has_ended else self._proceed(standing)
        self._refresh()

    def lock(self, seconds: float) -> None:
        """Lock the keypad for so many seconds from now; 0 unlocks it."""
        if seconds > 0 and not self.availability.locked_for_s:
            self._beep(LOCKED_BEEP_MS)
        self._typing.clear()
        self.availability.lock(seconds)

    def ask_to_retype(self) -> None:
        """Ask for a code again that was typed before boxd was interrupted and never decided."""
        if self._check is None and self._open is None:
            why = "a code typed before boxd was interrupted was not checked: type it again"
            self._show_no_verdict(NoVerdict(why, is_to_be_retyped=True))

    def remind(self) -> None:
        """Beep and flash: someone has to act."""
        self._beep(REMINDER_BEEP_MS)
        self._play(LightMoment.REMINDER)

    def forget_touches(self) -> None:
        """The keypad was away: forget which keys were held."""
        self._touches.forget()
        self._notice_stuck()

    def close(self) -> None:
        """Put the lamps out and stop asking."""
        for timer in self._timer_of.values():
            timer.cancel()
        self.availability.close()
        self._settle(abandon=True)
        self._cancelling.close()
        self._player.stop()

    def view(self) -> BayView:
        """The bay's state for the HUD."""
        facts = self._facts()
        return BayView(
            id=self._config.id,
            name=self._config.name or self._config.id,
            state=state_for(facts),
            text=text_for(facts),
            typed=self._typing.count(self._timers.time()),
            locked_for_s=facts.locked_for_s,
            lamps=self._player.current,
            redemption=self._open.redemption if self._open else None,
            last=self._last,
            stuck=facts.stuck,
        )

    @property
    def playing(self) -> Playing:
        """What the lamps do now, for a strip of lights."""
        return self._player.playing

    @property
    def lights(self) -> LightShow:
        """The lights at each moment."""
        return self._lights

    def use_lights(self, lights: LightShow) -> None:
        """Show these lights from now on."""
        if lights != self._lights:
            self._lights = lights
            self._player.show(self._lights[moment_for(self._facts())])

    def preview(self, pattern: Pattern) -> None:
        """Play a pattern for people to look at. Raises Refused unless the bay waits for a code."""
        if state_for(self._facts()) is not BayState.READY or self._typing.count(
            self._timers.time()
        ):
            raise Refused(N_("the bay is in use; try again once nobody is using it"))
        self._player.play_over(pattern.for_about(PREVIEW_MS))

    # Touches

    def _take_touch(self, touch: KeyTouch) -> None:
        key = self._touches.take(touch)
        self._notice_stuck()
        if touch.touched:
            self._after(self._timeouts.stuck_key_s + 0.01, self._notice_stuck)
        if not isinstance(key, IgnoredTouch):
            self._press(key)

    def _notice_stuck(self) -> None:
        stuck = self._touches.stuck(self._timers.time())
        for key in stuck:
            if key not in self._stuck:
                log.warning("key.stuck", bay=self._config.id, key=key.value)
        if stuck != self._stuck:
            self._stuck = stuck
            self._on_change()

    def _press(self, key: Key) -> None:
        if self._open is not None:
            self._press_while_serving(key, self._open)
        elif self._check is not None:
            self._press_while_checking(key)
        elif self.availability.locked_for_s:
            self._play(LightMoment.LOCKED_SIGN)
        else:
            self._press_to_type(key)

    def _press_while_serving(self, key: Key, standing: RedemptionStanding) -> None:
        if key is Key.CANCEL and standing.stage is Stage.LOAD:
            self._cancelling.ask(standing)
        elif not key.is_digit:
            self._play(LightMoment.BLIP)

    def _press_while_checking(self, key: Key) -> None:
        if key is Key.CANCEL and self._check and self._check.progress is Checking.LATE:
            self._settle()
            self._refresh()

    def _press_to_type(self, key: Key) -> None:
        self._unchecked = ""
        now = self._timers.time()
        if key is Key.ENTER:
            self._enter(self._typing.take(now))
        elif key is Key.CANCEL:
            self._typing.clear()
            self._refresh()
        else:
            self._type(key, now)

    def _type(self, key: Key, now: float) -> None:
        has_room = self._typing.add(key, now)
        self._after(self._timeouts.typing_s + 0.01, self._on_change)
        self._refresh()
        if not has_room:
            self._play(LightMoment.BLIP)
        elif self._player.current == LightMoment.READY.value:
            self._play(LightMoment.ECHO)

    def _take_scan(self, text: str) -> None:
        """Take what was held before the reader: a code as if it were typed, and Enter after it."""
        if self._open is not None or self._check is not None or self.availability.is_paused:
            self._play(LightMoment.BLIP)
            return
        if self.availability.locked_for_s:
            self._play(LightMoment.LOCKED_SIGN)
            return
        self._unchecked = ""
        self._typing.clear()
        digits = digits_in(text, self._homes)
        if digits is not None:
            self._enter(digits)
            return
        # It is no guess, and nobody is locked out for a shop's barcode.
        self._remember(_NO_CODE_OF_OURS, "bad")
        self._beep(REFUSED_BEEP_MS)
        self._refuse()
        self._refresh()

    # Checking a code

    def _enter(self, digits: str) -> None:
        if not digits:
            self._refresh()
            self._play(LightMoment.BLIP)
            return
        typed_at = self._now().astimezone().strftime("%H:%M")
        self._check = CodeCheck(typed_at, self._retry_limits, self._refresh, self._show_no_verdict)
        self._was_refused = False
        self._refresh()
        self._check.start(self._redemptions, self._config.id, digits)

    def _show_no_verdict(self, no_verdict: NoVerdict) -> None:
        self._check = None
        self._remember(no_verdict.why, "bad")
        if no_verdict.is_to_be_retyped:
            self._unchecked = no_verdict.why
            self._after(UNCHECKED_SHOWS_S, self._forget_unchecked)
            log.warning("bay.suspended", why="a typed code is not decided", bay=self._config.id)
        else:
            self._refuse()
        self._beep(REFUSED_BEEP_MS)
        self._refresh()

    def _forget_unchecked(self) -> None:
        self._unchecked = ""
        self._refresh()

    def _show_cancel_refused(self, why: str) -> None:
        self._remember(N_("Cancel was not accepted: {why}").format(why=why), "plain")
        self._play(LightMoment.BLIP)
        self._on_change()

    # Showing

    def _is_outdated(self, standing: RedemptionStanding) -> bool:
        if standing.redemption in self._ended:
            is_verdict = standing.stage is Stage.REFUSED and self._check is not None
            return not is_verdict  # the same Enter, sent again after a lost reply
        shown = self._open
        return (
            shown is not None
            and shown.redemption == standing.redemption
            and standing.step < shown.step
        )

    def _proceed(self, standing: RedemptionStanding) -> None:
        is_fresh = self._check is not None
        was = self._open.stage if self._open is not None else None
        if was is Stage.OPEN is not standing.stage:
            self._touches.forget()  # a board is deaf during a pulse
        if was not in {None, Stage.TAKE} and standing.stage is Stage.TAKE:
            self._beep(OPENED_BEEP_MS)
            self._player.show(
                self._lights[LightMoment.OPEN], first=self._lights[LightMoment.OPENED]
            )
        self._settle()
        self._typing.clear()
        self._unchecked = ""
        self._was_refused = False
        self._open = standing
        if is_fresh and standing.stage is Stage.LOAD:
            self._player.show(
                self._lights[LightMoment.LOAD], first=self._lights[LightMoment.ACCEPTED]
            )

    def _end(self, standing: RedemptionStanding) -> None:
        self._ended.append(standing.redemption)
        if self._open is not None and self._open.redemption == standing.redemption:
            self._open = None
        self._remember(*ending_of(standing))
        if standing.stage is Stage.REFUSED:
            self._settle()
            self._unchecked = ""
            self._beep(REFUSED_BEEP_MS)
        if standing.stage is not Stage.DISPENSED:
            self._refuse()
        elif moment_for(self._facts()) is LightMoment.READY:
            self._player.show(
                self._lights[LightMoment.READY], first=self._lights[LightMoment.GIVEN]
            )

    def _refuse(self) -> None:
        self._was_refused = True
        self._after(self._timeouts.refused_shows_s, self._refused_is_over)

    def _refused_is_over(self) -> None:
        self._was_refused = False
        self._refresh()

    def _play(self, moment: LightMoment) -> None:
        self._player.play_over(self._lights[moment])

    def _facts(self) -> BayFacts:
        return BayFacts(
            standing=self._open,
            checking=self._check.progress if self._check else Checking.NOTHING,
            typed_at=self._check.typed_at if self._check else "",
            was_refused=self._was_refused,
            has_started=self.availability.has_started,
            why_not=self.availability.why_not,
            is_closed=self.availability.is_closed,
            unchecked=self._unchecked,
            locked_for_s=self.availability.locked_for_s,
            stuck=tuple(key.value for key in self._stuck),
        )

    def _refresh(self) -> None:
        self._player.show(self._lights[moment_for(self._facts())])
        self._on_change()

    def _settle(self, *, abandon: bool = False) -> None:
        if self._check is not None:
            self._check.abandon() if abandon else self._check.settle()
            self._check = None

    def _remember(self, text: str, tone: str) -> None:
        self._last = LastEvent(self._now().astimezone(UTC).isoformat(), text, tone)

    def _beep(self, milliseconds: int) -> None:
        if self._buzzer is not None:
            self._buzzer.sound(milliseconds)

    def _after(self, seconds: float, callback: Callable[[], None]) -> None:
        if (earlier := self._timer_of.get(callback)) is not None:
            earlier.cancel()
        self._timer_of[callback] = self._timers.call_later(seconds, callback)
