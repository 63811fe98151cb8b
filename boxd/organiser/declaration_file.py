"""A file that declares prizes and tasks for all boxes of an event, in TOML.

Prizes have no units there: a unit is declared at the box where it lies.
"""

from __future__ import annotations

from pydantic import Field

from boxd.config.values import Section
from boxd.errors import BadInput
from boxd.ledger import stock, task_publishing
from boxd.ledger.ledger import Transaction
from boxd.organiser.task_file import TaskFile, parsed
from boxd.text_fields import Line, Sku

_ACTOR = "hub"


class DeclaredPrize(Section):
    """A prize that each box may have."""

    sku: Sku
    name: Line
    weight: int = Field(default=1, ge=0, le=1000)


class DeclarationFile(TaskFile):
    """The sections of the file; any other is an error."""

    prizes: tuple[DeclaredPrize, ...] = ()


def read(text: str) -> DeclarationFile:
    """The declarations in a text. Raises BadInput with what is wrong."""
    found = parsed(text.encode(), DeclarationFile)
    if not found.prizes and not found.tasks:
        raise BadInput("nothing is declared; a prize begins with [[prizes]], a task with [[tasks]]")
    return found


def declare(tx: Transaction, declared: DeclarationFile) -> None:
    """Put all of it into effect; what is so already changes nothing. Raises Refused, NotFound."""
    known = {
        str(each["sku"]): (each["name"], each["weight"]) for each in stock.listing(tx.connection)
    }
    changed = [
        stock.StockedPrize(each.sku, each.name, weight=each.weight)
        for each in declared.prizes
        if known.get(each.sku) != (each.name, each.weight)
    ]
    stock.import_prizes(tx, changed, _ACTOR)
    for kind in declared.kinds:
        task_publishing.publish(tx, kind, declared.places, None, _ACTOR)
