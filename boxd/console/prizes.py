"""The prizes: a list that is edited in place, units added, taken away, set and counted."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from starlette.responses import Response

from boxd.api import prize_pictures as api_pictures
from boxd.api import prizes as api
from boxd.console import prize_file, stock_moves
from boxd.console.prize_difference import free_sku
from boxd.console.prize_families import families
from boxd.console.section import Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.ledger import prize_names, prize_pictures, stock
from boxd.pictures.upright import LARGEST_BYTES
from boxd.words import N_
from boxd.words import gettext as _

PATH = "/o/prizes"
_NAME_IN = "name-"
NEW_VARIANTS = 4  # in one form; it can be filled again


async def show(visit: ConsoleVisit) -> Response:
    """The list; the prize that is edited is a form in its place."""
    found = await visit.context.box.ledger.read(stock.listing)
    return visit.page(
        "prizes.html",
        N_("Prizes"),
        prizes=families(found),
        pictures=await visit.context.box.ledger.read(prize_pictures.all_of),
        lines=range(1, NEW_VARIANTS + 1),
        edited=visit.request.query_params.get("edit", visit.request.path_params.get("sku", "")),
        may_edit=visit.may(api.change_prize),
        between=await stock_moves.shown(visit),
    )


async def add(visit: ConsoleVisit) -> Response:
    """Add a prize; its sku is made of its name if none is given."""
    known = await visit.context.box.ledger.read(stock.listing)
    name = visit.form.get("name", "")
    taken = {str(each["sku"]) for each in known}
    sku = visit.form.get("sku", "").strip() or free_sku(name, taken)
    body = {"sku": sku, "name": name, "units": visit.number("units")}
    await visit.act(api.add_prize, body=body)
    return go(PATH, said="added")


async def change(visit: ConsoleVisit) -> Response:
    """Give a prize another name, chance, or names in other languages."""
    body = {"name": visit.form.get("name", ""), "weight": visit.number("weight")}
    if named := _names_by_language(visit.form):
        sku = _sku(visit)
        known = await visit.context.box.ledger.read(lambda c: prize_names.of_prize(c, sku))
        kept = {language: name for language, name in (known | named).items() if name}
        body |= {"names": kept}
    await visit.act(api.change_prize, sku=_sku(visit), body=body)
    return go(PATH, said="changed")


def _names_by_language(form: Mapping[str, str]) -> dict[str, str]:
    """What the form has for each language; empty for a name that is taken away."""
    return {
        key.removeprefix(_NAME_IN): text.strip()
        for key, text in form.items()
        if key.startswith(_NAME_IN)
    }


async def book(visit: ConsoleVisit) -> Response:
    """Add units, take some away, or set how many there are."""
    units, reason = visit.number("units"), visit.form.get("reason", "")
    match visit.form.get("how", ""):
        case "add":
            body = {"units": units, "reason": reason}
            await visit.act(api.adjust_prize, sku=_sku(visit), body=body)
        case "take":
            body = {"units": -units, "reason": reason}
            await visit.act(api.adjust_prize, sku=_sku(visit), body=body)
        case "set":
            body = {"units": units, "reason": reason}
            await visit.act(api.count_prize, sku=_sku(visit), body=body)
        case _:
            raise BadInput(_("Choose what to do with the units."))
    return go(PATH, said="booked")


async def add_variants(visit: ConsoleVisit) -> Response:
    """Give a prize the variants of the filled lines."""
    lines = range(1, NEW_VARIANTS + 1)
    new = [
        {"label": label, "units": visit.number(f"units-{line}")}
        for line in lines
        if (label := visit.form.get(f"label-{line}", "").strip())
    ]
    if not new:
        raise BadInput(_("Name at least one variant."))
    await visit.act(api.add_variants, sku=_sku(visit), body={"variants": tuple(new)})
    return go(PATH, said="varied")


async def retire(visit: ConsoleVisit) -> Response:
    """Write off what is left of a prize, and draw it no more."""
    body = {"reason": visit.form.get("reason", "")}
    await visit.act(api.retire_prize, sku=_sku(visit), body=body)
    return go(PATH, said="retired")


async def put_picture(visit: ConsoleVisit) -> Response:
    """Give a prize a picture."""
    raw = visit.files.get("picture")
    if raw is None:
        raise BadInput(_("Choose a picture first."))
    body = {"picture": base64.b64encode(raw).decode("ascii")}
    await visit.act(api_pictures.put_picture, sku=_sku(visit), body=body)
    return go(PATH, said="pictured")


async def remove_picture(visit: ConsoleVisit) -> Response:
    """Take a prize's picture away."""
    await visit.act(api_pictures.remove_picture, sku=_sku(visit), body={})
    return go(PATH, said="unpictured")


async def show_recount(visit: ConsoleVisit) -> Response:
    """A field for each prize, to write what was counted."""
    found = await visit.context.box.ledger.read(stock.countable)
    prizes = sorted(found, key=lambda each: str(each["name"]).casefold())
    return visit.page("recount.html", N_("Count what is there"), prizes=prizes)


async def recount(visit: ConsoleVisit) -> Response:
    """Record the differences of all fields that were filled."""
    counts = [
        {"sku": name.removeprefix("units-"), "units": visit.number(name)}
        for name, text in visit.form.items()
        if name.startswith("units-") and text.strip()
    ]
    if not counts:
        raise BadInput(_("Nothing was entered. Enter what you counted, and leave the rest empty."))
    body = {"counts": tuple(counts), "reason": visit.form.get("reason", "")}
    await visit.act(api.recount_prizes, body=body)
    return go(PATH, said="counted")


def _sku(visit: ConsoleVisit) -> str:
    return str(visit.request.path_params["sku"])


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Prizes"),
    needs=api.prizes,
    show=show,
    pages={"/recount": show_recount, "/file": prize_file.show},
    acts={
        "/add": Act(add, show),
        "/recount": Act(recount, show_recount),
        "/file": Act(prize_file.choose, prize_file.show),
        "/file/take": Act(prize_file.take, prize_file.show),
        "/{sku}/change": Act(change, show),
        "/{sku}/units": Act(book, show),
        "/{sku}/variants": Act(add_variants, show),
        "/{sku}/retire": Act(retire, show),
        "/{sku}/picture": Act(put_picture, show),
        "/{sku}/picture/remove": Act(remove_picture, show),
        "/moves/send": Act(stock_moves.send, show),
        "/moves/{move}/arrival": Act(stock_moves.sign, show),
        "/moves/{move}/settlement": Act(stock_moves.settle, show),
    },
    said={
        "added": N_("The prize is added."),
        "changed": N_("The prize is changed."),
        "booked": N_("The stock was updated."),
        "retired": N_("The prize is taken out of the draw."),
        "varied": N_("The variants are added; each has a stock of its own."),
        "counted": N_("The stock was corrected."),
        "pictured": N_("The picture was added."),
        "unpictured": N_("The picture was removed."),
        "taken": N_("The file was imported."),
        "sent": N_("The units left this box; the other box signs for them."),
        "signed": N_("The units that arrived are in this box's stock."),
        "settled": N_("What became of the units was recorded."),
    },
    body_limit=LARGEST_BYTES + 64 * 1024,
)
