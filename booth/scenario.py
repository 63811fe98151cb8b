"""A scenario: a file that people read and add to, in booth/scenarios/."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from booth.sentences import SentenceError, Step, read

FOLDER = Path(__file__).parent / "scenarios"
_COLD, _READY = "cold", "ready"


class ScenarioError(Exception):
    """A scenario's file can't be played."""


@dataclass(frozen=True)
class Scenario:
    """What is played, in the order of its steps. `about` says what it is to show.

    It begins at a booth that has just got ready, or `is_cold`: when the strip is switched on.
    """

    name: str
    about: str
    is_cold: bool
    steps: tuple[Step, ...]


def known() -> tuple[str, ...]:
    """The names of all scenarios."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load(name: str) -> Scenario:
    """Read a scenario; raises ScenarioError, which names every bad sentence."""
    path = FOLDER / f"{name}.toml"
    if not path.exists():
        raise ScenarioError(f"there is no scenario '{name}'; there are: {', '.join(known())}")
    try:
        parts = tomllib.loads(path.read_text(encoding="utf-8"))
        about, is_cold = str(parts["about"]), parts.get("begins", _READY) == _COLD
        played = _sentences(parts["part"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ScenarioError(
            f"{path.name}: {error}; it takes about, begins, and [[part]] sections with steps"
        ) from error
    return Scenario(name, about, is_cold, tuple(_steps(path.name, played)))


def _sentences(parts: Sequence[dict[str, Any]]) -> list[str]:
    """The parts one after the other, each as often as it says."""
    return [text for part in parts for _ in range(part.get("times", 1)) for text in part["steps"]]


def _steps(file: str, sentences: Sequence[str]) -> list[Step]:
    steps: list[Step] = []
    bad: dict[str, None] = {}  # a part that is played twice is no second mistake
    for text in sentences:
        try:
            steps.append(read(text))
        except SentenceError as error:
            bad[str(error)] = None
    if bad:
        raise ScenarioError("\n".join(f"{file}: {why}" for why in bad))
    return steps
