"""What every way of a notice has to do."""

from __future__ import annotations

from typing import Protocol

from boxd.errors import BoxdError
from boxd.ledger.notices import Notice


class NotReached(BoxdError):
    """Nobody answered: nothing goes this way now, and that passes by itself."""


class NotTaken(BoxdError):
    """Somebody answered, and refused this notice; a person has to look."""


class Way(Protocol):
    """One way to people's phones. There are three: webhook, mail, ntfy."""

    async def send(self, notice: Notice, text: str) -> bool:
        """Send it, `text` being in the reader's language; False if it is for nobody on this way.

        Under the same `notice.id` it may come twice: a cut between its arrival and our commit.
        Raises NotReached, NotTaken.
        """
        ...
