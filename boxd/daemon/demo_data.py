"""The demo data of a simulated box: prizes, and a code to try."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import click

from boxd.config import Config
from boxd.errors import KeysMissing, LedgerUnusable, Refused
from boxd.ledger import codes, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction

_VISITOR = "visitor"


async def greet(config: Config, ledger: Ledger, keys: CodeKeys, is_serving: asyncio.Event) -> None:
    """Fill an empty ledger with the prizes of `[[seed]]`, and print a code once codes are taken."""
    try:
        await ledger.write(lambda tx: _seed(tx, config))
        code = await ledger.write(lambda tx: _code_to_try(tx, config, keys))
    except LedgerUnusable:  # the HUD says so
        return
    await is_serving.wait()
    click.echo(_text(config, code))


def _seed(tx: Transaction, config: Config) -> None:
    if not stock.listing(tx.connection):
        prizes = [
            stock.StockedPrize(p.sku, p.name, p.units, p.weight, p.names) for p in config.seed
        ]
        stock.import_prizes(tx, prizes, "boxd (simulation)")


def _code_to_try(tx: Transaction, config: Config, keys: CodeKeys) -> str:
    """A code that is good now, from an earlier start or new; empty when sold out."""
    for known in codes.listing(tx.connection, "ready", 100):
        if known["attendee"] == _VISITOR and str(known["expires_at"]) > tx.at:
            with suppress(KeysMissing):  # encrypted with lost keys: a new code serves as well
                return codes.reveal(tx, int(str(known["id"])), keys, "boxd (simulation)")
    if not any(prize["on_hand"] for prize in stock.listing(tx.connection)):
        return ""
    order = codes.CodeOrder(
        _VISITOR,
        config.box.id,
        config.codes.length,
        config.codes.valid_days,
        "boxd (simulation)",
        home=config.fleet.number,
    )
    with suppress(Refused):  # the rest may be prizes that are never drawn
        return str(codes.issue(tx, order, keys)["code"])
    return ""


def _text(config: Config, code: str) -> str:
    address = f"http://{config.web.host}:{config.web.port}"
    say = (
        f"type  {' '.join(code)}  Enter"
        if code
        else "sold out: boxd prizes adjust SKU +5 --reason …"
    )
    return "\n".join(
        (
            "",
            f"  {config.box.name} is ready (simulation)",
            "",
            f"  the operator's screen   {address}/",
            f"  the front of the box    {address}/sim",
            f"  at the front            {say}",
            "  then                    follow the operator's screen; close the door at the front",
            "  stop                    Ctrl-C",
            "",
        )
    )
