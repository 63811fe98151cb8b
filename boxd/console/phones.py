"""What people call the box, the address at which phones reach it, and how to try it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import Response

from boxd.api import box_name, phones
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.phones import qr
from boxd.words import N_
from boxd.words import gettext as _

PATH = f"{HOME}/phones"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    found = await visit.act(phones.phones)
    address = str(found["address"] or "")
    return visit.page(
        "phones.html",
        N_("Phones"),
        phones=found,
        box=await visit.act(box_name.box_name),
        is_plain=address.startswith("http:"),
        proposal=visit.form.get("address") or address or _proposal(visit, found["suggested"]),
        picture=qr.svg(f"{address}{HOME}", _("QR code")) if address else "",
    )


async def choose(visit: ConsoleVisit) -> Response:
    """Take the address, and open the network."""
    body = {"address": visit.form.get("address", "")}
    await visit.act(phones.choose_phones_address, body=body)
    return go(PATH, said="chosen")


async def rename(visit: ConsoleVisit) -> Response:
    """Call the box by another name."""
    await visit.act(box_name.choose_box_name, body={"name": visit.form.get("name", "")})
    return go(PATH, said="named")


def _proposal(visit: ConsoleVisit, suggested: str) -> str:
    """The address by which this browser has come, if it came over the network."""
    here = visit.request.base_url
    if here.hostname in (None, *_LOOPBACK):
        return suggested
    return f"{urlsplit(suggested).scheme}://{here.netloc}"


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Phones"),
    needs=phones.phones,
    show=show,
    acts={"/address": Act(choose, show), "/name": Act(rename, show)},
    said={
        "chosen": N_("Phones reach the box there from now on."),
        "named": N_("The box is called so from now on."),
    },
)
