"""The puller: fetches upstream's orders, page by page, and carries them out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

import structlog

from boxd.errors import BadInput, ConfigError, TemporalUnavailable
from boxd.ledger.ledger import Ledger, Transaction
from boxd.upstream.apply_orders import CarriedOut, Position, carry_out, position
from boxd.upstream.client import UpstreamClient
from boxd.upstream.delivery_status import mend, raise_trouble
from boxd.upstream.exchange import HttpAnswer, Unreachable, Untrusted
from boxd.upstream.orders import OrderPage, page_of

log = structlog.get_logger("boxd.upstream")

# The rest is fetched the next time.
_PAGES = 20
_ORDERS = "orders"
Beat = Callable[[], None]
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class OrderPuller:
    """`begin` gets what was started in the ledger, so that workflows continue it.

    It calls its second argument after each: a page may start a thousand.
    """

    def __init__(
        self,
        ledger: Ledger,
        caller: UpstreamClient,
        box: str,
        begin: Callable[[CarriedOut, Beat], Awaitable[None]],
    ) -> None:
        self._ledger = ledger
        self._caller = caller
        self._box = box
        self._begin = begin

    async def pull(self, beat: Beat = lambda: None) -> str:
        """Fetch and carry out the orders there are; returns a summary in words.

        `beat` is called after each exchange, and after each workflow that it began.

        Raises Unreachable while nobody answers; BadInput or ConfigError, with an alarm, for what a
        person has to mend; LedgerUnusable.
        """
        try:
            orders = await self._pull(beat)
        except (BadInput, ConfigError, Untrusted) as error:
            await raise_trouble(self._ledger, _ORDERS, str(error))
            raise
        return f"{orders} orders carried out" if orders else "no new orders"

    async def _pull(self, beat: Beat) -> int:
        orders = 0
        for _ in range(_PAGES):
            before = await self._ledger.read(position)
            query = {"box": self._box} | ({"cursor": before.cursor} if before.cursor else {})
            answer = await self._caller.get(query, before.etag)
            beat()
            page = None if answer.status == HTTPStatus.NOT_MODIFIED else _page(answer)
            if page is None:
                break
            done = await self._carry_out(page, _after(before, page, answer), before, beat)
            orders += done.orders
            if page.cursor == before.cursor or not page.orders:
                break
        await self._ledger.write(partial(mend, subject=_ORDERS))
        return orders

    async def _carry_out(
        self, page: OrderPage, after: Position, before: Position, beat: Beat
    ) -> CarriedOut:
        if not page.orders and after == before:
            return CarriedOut(0, (), ())

        def change(tx: Transaction) -> CarriedOut:
            return carry_out(tx, page, after)

        done = await self._ledger.write(change)
        try:
            await self._begin(done, beat)
        except TemporalUnavailable:  # reconciliation starts what is open when the server is back
            log.warning("orders.delayed", why="Temporal does not answer")
        return done


def _page(answer: HttpAnswer) -> OrderPage:
    status = answer.status
    if status >= 500 or status in _LATER:
        raise Unreachable(f"it answers {status}")
    if status != HTTPStatus.OK:
        raise BadInput(f"it answers {status} instead of orders: look at [upstream] url and secret")
    return page_of(answer)


def _after(before: Position, page: OrderPage, answer: HttpAnswer) -> Position:
    """An etag says something only about a request with the same cursor."""
    etag = answer.headers.get("etag", "") if page.cursor == before.cursor else ""
    return Position(page.cursor, etag[:200] if etag.isascii() and etag.isprintable() else "")
