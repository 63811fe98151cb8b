"""What is plugged in where a device is missing: perhaps it is the one, under another name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

MOST_NAMED = 3  # a reason has to fit the HUD's line


def plugged_instead(wanted: str, unconfigured: Iterable[str]) -> str:
    """What follows "not found": the ports that no configuration names, nearest first.

    Names the line to write; empty if nothing else is plugged in.
    """
    nearest = sorted(set(unconfigured), key=lambda port: (-_likeness(wanted, port), port))
    if not nearest:
        return ""
    listed = ", ".join(f'"{port}"' for port in nearest[:MOST_NAMED])
    more = f" and {len(nearest) - MOST_NAMED} more" if len(nearest) > MOST_NAMED else ""
    return (
        f". Plugged in and not configured: {listed}{more}. "
        f'If it is the first of them, write: port = "{nearest[0]}"'
    )


def _likeness(wanted: str, port: str) -> float:
    return SequenceMatcher(None, wanted.casefold(), port.casefold()).ratio()
