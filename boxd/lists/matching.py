"""Which column of somebody's table is which of ours: a guess, which the person corrects."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

# What people call these columns, in the languages that the console speaks.
_CALLED: Mapping[str, tuple[str, ...]] = {
    "sku": ("sku", "id", "code", "article", "artikel", "number", "nummer", "ref", "référence"),
    "name": ("name", "prize", "title", "item", "preis", "nom", "nombre", "bezeichnung", "名前"),
    "units": (
        *("units", "quantity", "qty", "count", "stock", "amount", "pieces"),
        *("anzahl", "menge", "bestand", "quantité", "cantidad", "数量"),
    ),
    "variant": (
        *("variant", "size", "colour", "color", "größe", "variante", "farbe"),
        *("taille", "couleur", "talla", "color", "サイズ"),
    ),
    "weight": ("weight", "chance", "gewicht", "poids", "peso"),
    "reference": (
        *("attendee", "badge", "badge id", "ticket", "reference", "name", "full name", "id"),
        *("teilnehmer", "nom", "nombre", "participant", "e-mail", "email"),
    ),
}
_NEAR = 0.75


def guessed(header: Sequence[str], wanted: Sequence[str]) -> dict[str, int | None]:
    """The place of each wanted column in the header, or None. No place is given twice."""
    found: dict[str, int | None] = {}
    free = dict(enumerate(name.casefold() for name in header))
    for column in wanted:
        place = _place(free, [name.casefold() for name in _CALLED[column]])
        found[column] = place
        if place is not None:
            del free[place]
    return found


def _place(free: Mapping[int, str], called: Sequence[str]) -> int | None:
    for name in called:
        for place, given in free.items():
            if given == name:
                return place
    for name in called:
        near = difflib.get_close_matches(name, list(free.values()), n=1, cutoff=_NEAR)
        if near:
            return next(place for place, given in free.items() if given == near[0])
    return None
