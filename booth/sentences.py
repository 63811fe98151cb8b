"""The sentences that scenarios are written in: what people, devices and maintainers do, and see.

Names in braces are what differs: `bay-1`, a code's name, a prize's sku, a command for the guest's
shell. Each sentence says which method of booth/player.py does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from booth.guest.layout import BAYS, BOARDS, CABINET, DOORS, LATCHES
from booth.signs import FAILURE, STANDBY, SUCCESS, Sign

SENTENCES: Mapping[str, str] = {
    # The organiser
    "bring {units} of {sku}": "bring",
    "issue codes {names} for {sku}": "issue",
    # Who stands in front
    "type {code} at {bay}": "type",
    "press {key} at {bay}": "press",
    "take the prize and shut door {door}": "shut",
    # Who stands behind
    "operator presses {key}": "operate",
    # What people see
    "{bay} shows {sign}": "see",
    "{bay} lights {lamp}": "see_lamp",
    "every bay shows {sign}": "see_everywhere",
    "door {door} opens": "see_open",
    "locker {locker} pulses": "see_pulse",
    "locker {locker} has pulsed {times} times": "count",
    # Plugs and the strip
    "unplug {device}": "unplug",
    "plug in {device}": "plug",
    "cut the power": "cut",
    "switch the power on": "switch_on",
    # The maintainer
    "run: {command}": "run",
    "until: {command}": "until",
    "carry {path} away": "carry_away",
    "carry {path} back": "carry_back",
    "put in a fresh disk": "fresh_disk",
    "bring the newer package": "bring_newer",
    "note {what}: {command}": "note",
    "note the power-on": "note_power_on",
    "note a bare Temporal server": "note_bare_server",
}

_WORDS: Mapping[str, tuple[str, ...]] = {
    "bay": tuple(BAYS),
    "door": tuple(map(str, DOORS)),
    "locker": tuple(map(str, LATCHES)),
    "device": (*BOARDS, CABINET),
    "sign": tuple(Sign),
    "lamp": (STANDBY, SUCCESS, FAILURE),
    "key": (*"0123456789", "Enter", "Cancel"),
}
_WORD = r"\S+"
_ANYTHING = {
    "command": r".+",
    "sign": r".+",
    "what": r"[^:]+",
    "names": r"[\w ]+",
    "units": r"\d+",
    "times": r"\d+",
}


class SentenceError(ValueError):
    """A sentence that nobody understands."""


@dataclass(frozen=True)
class Step:
    """One sentence, and who does it with what."""

    text: str
    does: str
    arguments: Mapping[str, str]


def read(text: str) -> Step:
    """Understand a sentence; raises SentenceError, which names the nearest one."""
    for pattern, does in _PATTERNS.items():
        if found := pattern.fullmatch(text):
            _check_words(text, found.groupdict())
            return Step(text, does, found.groupdict())
    near = get_close_matches(text, SENTENCES, n=1, cutoff=0.3)
    known = near[0] if near else "those in booth/sentences.py"
    raise SentenceError(f"'{text}' is no sentence of a scenario; the nearest is: {known}")


def _check_words(text: str, given: Mapping[str, str]) -> None:
    for name, value in given.items():
        known = _WORDS.get(name)
        if known is not None and value not in known:
            raise SentenceError(f"'{text}': {name} is one of {', '.join(known)}, not '{value}'")


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    expressions = [re.escape(part) for part in parts]
    expressions[1::2] = [f"(?P<{name}>{_ANYTHING.get(name, _WORD)})" for name in parts[1::2]]
    return re.compile("".join(expressions))


_PATTERNS = {_pattern(sentence): does for sentence, does in SENTENCES.items()}
