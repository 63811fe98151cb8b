"""What people call this box: the configuration's name, or else an organiser's."""

from __future__ import annotations

from collections.abc import Callable

from boxd.config.schema import Box
from boxd.errors import Refused
from boxd.ledger.choices import BOX_NAME
from boxd.ledger.ledger import Ledger
from boxd.words import gettext as _


class BoxLabel:
    """The name on screens, phones and paper.

    `on_change` is called after a choice: whatever shows the name shows the new one at once.
    """

    def __init__(self, settings: Box, ledger: Ledger, on_change: Callable[[], None]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._chosen = ledger.write_now(lambda tx: BOX_NAME.now(tx.connection))
        self.on_change = on_change

    def shown(self) -> str:
        """The name now."""
        if self.is_configured:
            return self._settings.name
        return self._chosen or self._settings.name

    @property
    def is_configured(self) -> bool:
        """Whether the name is in the configuration, which nobody changes here."""
        return "name" in self._settings.model_fields_set

    async def choose(self, name: str, actor: str) -> None:
        """Call the box so from now on. Raises Refused."""
        if self.is_configured:
            raise Refused(_("The configuration has the name: change [box] name, restart boxd."))
        await self._ledger.write(lambda tx: BOX_NAME.choose(tx, name, actor))
        self._chosen = name
        self.on_change()
