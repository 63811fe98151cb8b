"""Prizes as people list them: by name, each with its variants behind it and their sums."""

from __future__ import annotations

from collections.abc import Sequence

Prize = dict[str, object]
_SUMMED = ("on_hand", "held", "dispensed", "written_off")


def families(prizes: Sequence[Prize]) -> list[Prize]:
    """The prizes by name; one with variants has the sums of all, and these follow it."""
    whole = [each for each in prizes if each["variant_of"] is None]
    return [
        each
        for prize in sorted(whole, key=lambda each: str(each["name"]).casefold())
        for each in _family(prize, [each for each in prizes if each["variant_of"] == prize["sku"]])
    ]


def _family(prize: Prize, variants: Sequence[Prize]) -> list[Prize]:
    if not variants:
        return [prize]
    sums = {name: sum(int(str(each[name])) for each in (prize, *variants)) for name in _SUMMED}
    return [prize | sums, *sorted(variants, key=lambda each: int(str(each["place"])))]
