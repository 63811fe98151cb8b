"""The links that organisers print: made for attendees and checkpoints, and revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from boxd.errors import Refused
from boxd.ledger import attendees, checkpoints
from boxd.ledger.checkpoints import Sign
from boxd.ledger.ledger import Ledger, Transaction
from boxd.phones.links import PhoneLink, Signer, attendee_link, checkpoint_link
from boxd.words import N_

NO_ADDRESS = N_(
    "Phones have no address at this box yet. Choose it in the console, at /o/phones; or write"
    " [phones] enabled = true and public_url = 'https://box-1.local:4322' (with this box's name)"
    " into the configuration, then restart boxd."
)
_NO_CHECKPOINT = N_("There is no checkpoint: a task names them, in the console or its file.")


@dataclass(frozen=True)
class AttendeeLink:
    """An attendee's own link. `reference` is the organiser's name for the attendee."""

    reference: str
    number: int
    url: str


@dataclass(frozen=True)
class CheckpointLink:
    """The link on a checkpoint's sign."""

    checkpoint: str
    name: str
    url: str


class LinkService:
    """Makes links; without a signer it refuses with the reason `why_not`, or without an address."""

    def __init__(
        self,
        ledger: Ledger,
        signer: Signer | None,
        address: Callable[[], str | None],
        why_not: str = "",
    ) -> None:
        self._ledger = ledger
        self._signer = signer
        self._address = address
        self._why_not = why_not

    async def of_attendees(
        self, references: Sequence[str], renew: bool, actor: str
    ) -> list[AttendeeLink]:
        """A link for each attendee, known or new: all or none. `renew` revokes earlier links.

        Raises Refused.
        """
        signer = self._require_signer()

        def make(tx: Transaction) -> list[tuple[str, int, PhoneLink]]:
            found = []
            for reference in references:
                number = attendees.number_of(tx, reference)
                generation = attendees.find(tx.connection, number).link_generation
                if renew:
                    generation = attendees.revoke_links(tx, number, actor)
                found.append((reference, number, attendee_link(number, generation)))
            return found

        return [
            AttendeeLink(reference, number, self._url(signer, link))
            for reference, number, link in await self._ledger.write(make)
        ]

    async def of_checkpoints(
        self, wanted: Sequence[str], renew: bool, actor: str
    ) -> list[CheckpointLink]:
        """A link for each of the checkpoints, or for all. `renew` revokes earlier signs.

        Raises Refused, NotFound.
        """
        signer = self._require_signer()

        def make(tx: Transaction) -> list[Sign]:
            ids = wanted or [each.checkpoint for each in checkpoints.signs(tx.connection)]
            if renew:
                return [checkpoints.revoke_link(tx, each, actor) for each in ids]
            return [checkpoints.sign(tx.connection, each) for each in ids]

        signs = await self._ledger.write(make)
        if not signs:
            raise Refused(_NO_CHECKPOINT)
        return [
            CheckpointLink(
                checkpoint=each.checkpoint,
                name=each.name,
                url=self._url(signer, checkpoint_link(each.checkpoint, each.link_generation)),
            )
            for each in signs
        ]

    def _require_signer(self) -> Signer:
        if self._signer is None:
            raise Refused(self._why_not)
        if self._address() is None:
            raise Refused(NO_ADDRESS)
        return self._signer

    def _url(self, signer: Signer, link: PhoneLink) -> str:
        return f"{self._address()}/{link.kind}/{signer.sign(link)}"
