"""The rule of an adjustment of stock, for every place where a person makes one."""

from __future__ import annotations


def why_no_adjustment(units: int) -> str:
    """Why so many units can't be received (above 0) or written off; empty if they can."""
    if units == 0:
        return "0 changes nothing; give e.g. +5 to receive units or -2 to write some off"
    return ""
