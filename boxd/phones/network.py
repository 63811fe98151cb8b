"""Where phones reach this box, and whether its network is open to them."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

from boxd.config.phones_schema import ADDRESS, Phones
from boxd.errors import BadInput, Refused
from boxd.ledger.choices import PHONES_ADDRESS
from boxd.ledger.ledger import Ledger
from boxd.words import gettext as _


class PhonesNetwork:
    """The configuration's address, or else the one that an organiser chose.

    The network is open if the configuration says so, or once an organiser has chosen an address.
    `on_change` is called after a choice.
    """

    def __init__(self, settings: Phones, ledger: Ledger, chosen: str | None) -> None:
        self._settings = settings
        self._ledger = ledger
        self._chosen = chosen
        self.on_change: Callable[[], None] = _nothing

    @property
    def address(self) -> str | None:
        """Where phones reach the box; None while nobody has said."""
        return self._settings.public_url or self._chosen

    @property
    def is_configured(self) -> bool:
        """Whether the address is in the configuration, which nobody changes here."""
        return self._settings.public_url is not None

    @property
    def is_open(self) -> bool:
        """Whether phones are served."""
        return self._settings.enabled or (self._chosen is not None and not self.is_configured)

    @property
    def suggested(self) -> str:
        """An address that may well lead here: this machine's name, as it announces it itself."""
        scheme = "https" if self._settings.has_tls else "http"
        name = socket.gethostname().partition(".")[0].lower()
        return f"{scheme}://{name}.local:{self._settings.port}"

    def address_or(self, own: str) -> str:
        """The address for an invitation: phones', if there is any way for them, else `own`."""
        return (self.address or self.suggested) if self.is_open else own

    async def choose(self, address: str, actor: str) -> None:
        """Let phones reach the box at this address from now on. Raises BadInput, Refused."""
        if self.is_configured:
            raise Refused(
                _("The configuration has the address: change [phones] public_url, restart boxd.")
            )
        cleaned = address.strip().rstrip("/").lower()
        if not re.fullmatch(ADDRESS, cleaned):
            raise BadInput(
                _("'{}' is not an address without a path, such as {}.").format(
                    address[:80], self.suggested
                )
            )
        if self._settings.has_tls and cleaned.startswith("http:"):
            raise BadInput(_("This box has a certificate: its address begins with https://."))
        await self._ledger.write(lambda tx: PHONES_ADDRESS.choose(tx, cleaned, actor))
        self._chosen = cleaned
        self.on_change()


def _nothing() -> None:
    """Until the daemon listens, nothing is to be opened."""
