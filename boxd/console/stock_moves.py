"""Units on their way between two boxes, on the prizes' page: send, sign for, settle."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import stock_moves as api
from boxd.console.section import go
from boxd.console.visit import ConsoleVisit
from boxd.ledger import stock_moves
from boxd.stock_move import MissingUnits
from boxd.words import N_

PRIZES = "/o/prizes"
BECAME = {
    MissingUnits.FOUND: N_("here after all"),
    MissingUnits.RETURNED: N_("at the box that sent them"),
    MissingUnits.LOST: N_("lost"),
    MissingUnits.WRITTEN_OFF: N_("broken or given away"),
}
"""What can have become of missing units, in words."""


async def shown(visit: ConsoleVisit) -> dict[str, object]:
    """What the page shows of them."""
    config = visit.context.box.config
    found = await visit.context.box.ledger.read(stock_moves.open_ones)
    return {
        "moves": [each.as_json(config.fleet.box_names) for each in found],
        "may_send": visit.may(api.send_stock) and config.fleet_service is not None,
        "may_sign": visit.may(api.sign_for_stock),
        "became": BECAME,
    }


async def send(visit: ConsoleVisit) -> Response:
    """Send units to another box."""
    body = {
        "sku": visit.form.get("sku", ""),
        "units": visit.number("units"),
        "to": visit.form.get("to", ""),
    }
    await visit.act(api.send_stock, body=body)
    return go(PRIZES, said="sent")


async def sign(visit: ConsoleVisit) -> Response:
    """Sign for what arrived."""
    body = {"units": visit.number("units")}
    await visit.act(api.sign_for_stock, move=_move(visit), body=body)
    return go(PRIZES, said="signed")


async def settle(visit: ConsoleVisit) -> Response:
    """Say what became of missing units."""
    body = {
        "units": visit.number("units"),
        "became": visit.form.get("became", ""),
        "reason": visit.form.get("reason", ""),
    }
    await visit.act(api.settle_stock, move=_move(visit), body=body)
    return go(PRIZES, said="settled")


def _move(visit: ConsoleVisit) -> str:
    return str(visit.request.path_params["move"])
