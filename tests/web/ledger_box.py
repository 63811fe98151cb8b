"""A box in memory with a real ledger behind its prizes, codes, tokens and keyed requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from boxd.errors import LedgerUnusable, Refused
from boxd.ledger import audit, codes, stock, tokens
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.organiser.keyed_answers import Requests
from boxd.organiser.tokens import Tokens
from boxd.roles import Role
from boxd.web.token_services import KeyedRequest
from tests.web.double import BoxDouble

Json = dict[str, Any]
KEYS = CodeKeys(b"c" * 32, b"r" * 32)


class LedgerBox(BoxDouble):
    """Changes prizes and codes in the ledger, as the daemon does."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._open()
        self.tasks = self.links = self.housekeeping = Refusing()

    def _open(self) -> None:
        self.ledger = Ledger(self._file)
        self.tokens = Tokens(self.ledger)
        self.requests = Forgetful(self.ledger, KEYS)

    def restart(self) -> None:
        """Close the ledger and open it anew: what was only in memory is gone."""
        self.ledger.close()
        self._open()

    async def adjust_prize(self, sku: str, units: int, reason: str, actor: str) -> Json:
        self._called("adjust_prize", sku, units, reason, actor)
        await self.ledger.write(lambda tx: stock.adjust(tx, sku, units, reason, actor))
        return await self.ledger.read(lambda c: stock.find(c, sku))

    async def issue_codes(
        self, attendee: str, sku: str | None, count: int, valid_days: int | None, actor: str
    ) -> list[Json]:
        order = codes.CodeOrder(attendee, "box-1", 8, valid_days or 7, actor, sku)
        return await self.ledger.write(
            lambda tx: [codes.issue(tx, order, KEYS) for _ in range(count)]
        )

    def add_mugs(self, units: int) -> None:
        prizes = [stock.StockedPrize("mug", "Mug", units)]
        self.ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, "anna"))

    def mugs(self) -> int:
        found = self.ledger.write_now(lambda tx: stock.find(tx.connection, "mug"))
        return int(str(found["on_hand"]))

    def token(self, name: str, role: Role = Role.ORGANISER) -> str:
        return self.ledger.write_now(lambda tx: tokens.create(tx, name, role, "anna"))[1]

    def trail(self) -> list[Json]:
        return self.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))


class Forgetful(Requests):
    """Loses answers while `loses`: the disk is full just when they are to be kept."""

    loses = False

    async def keep(self, request: KeyedRequest, status: int, body: str) -> None:
        if self.loses:
            raise LedgerUnusable("the disk is full")
        await super().keep(request, status, body)


class Refusing:
    """Whatever is asked of it is refused."""

    def __getattr__(self, name: str) -> Any:
        async def refuse(*_: object, **__: object) -> Any:
            raise Refused(f"{name} is not in question here")

        return refuse


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def client(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    """A client of an application without sockets between them."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("10.0.0.7", 4444))
    return httpx.AsyncClient(transport=transport, base_url="http://box-1.local", headers=headers)
