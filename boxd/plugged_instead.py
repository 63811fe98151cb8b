"""What is plugged in where a device is missing: perhaps it is the one, under another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from boxd.words import N_

MOST_NAMED = 3  # a reason has to fit the HUD's line


def plugged_instead(why: str, wanted: str, unconfigured: Mapping[str, Sequence[str]]) -> str:
    """Why a device is missing, and the devices that no configuration names, nearest first.

    `unconfigured` has the lines of a configuration that identify each. Names the lines to write;
    it is `why` alone if nothing else is plugged in.
    """
    nearest = sorted(unconfigured, key=lambda port: (-_likeness(wanted, port), port))
    if not nearest:
        return why
    listed = ", ".join(f'"{port}"' for port in nearest[:MOST_NAMED])
    lines = " and ".join(unconfigured[nearest[0]])
    if len(nearest) == 1:
        one = N_("{why}. Plugged in and not configured: {port}. If it is that one, write: {lines}")
        return one.format(why=why, port=listed, lines=lines)
    more = f" and {len(nearest) - MOST_NAMED} more" if len(nearest) > MOST_NAMED else ""
    several = N_(
        "{why}. Plugged in and not configured: {ports}. If it is the first of them, write: {lines}"
    )
    return several.format(why=why, ports=listed + more, lines=lines)


def _likeness(wanted: str, port: str) -> float:
    return SequenceMatcher(None, wanted.casefold(), port.casefold()).ratio()
