"""What is plugged in where a device is missing: perhaps it is the one, under another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

MOST_NAMED = 3  # a reason has to fit the HUD's line


def plugged_instead(wanted: str, unconfigured: Mapping[str, Sequence[str]]) -> str:
    """What follows "not found": the devices that no configuration names, nearest first.

    `unconfigured` has the lines of a configuration that identify each. Names the lines to write;
    empty if nothing else is plugged in.
    """
    nearest = sorted(unconfigured, key=lambda port: (-_likeness(wanted, port), port))
    if not nearest:
        return ""
    listed = ", ".join(f'"{port}"' for port in nearest[:MOST_NAMED])
    more = f" and {len(nearest) - MOST_NAMED} more" if len(nearest) > MOST_NAMED else ""
    first = "it is that one" if len(nearest) == 1 else "it is the first of them"
    lines = " and ".join(unconfigured[nearest[0]])
    return f". Plugged in and not configured: {listed}{more}. If {first}, write: {lines}"


def _likeness(wanted: str, port: str) -> float:
    return SequenceMatcher(None, wanted.casefold(), port.casefold()).ratio()
