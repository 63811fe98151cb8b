"""The light shows: which one the box uses, and each moment of them on the page and at a bay."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import lights
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.lights.moments import LightMoment
from boxd.lights.shows import ShowName
from boxd.words import N_
from boxd.words import gettext as _

PATH = f"{HOME}/lights"


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    box = visit.context.box
    return visit.page(
        "lights.html",
        N_("Lights"),
        lights=await visit.act(lights.lights),
        bays=[bay.view() for bay in box.bays.values()],
        may_play=visit.may(lights.preview),
        may_choose=visit.may(lights.choose_show),
    )


async def play(visit: ConsoleVisit) -> Response:
    """Play a moment at a bay."""
    try:
        chosen = {
            "show": ShowName(visit.form.get("show", "")),
            "moment": LightMoment(visit.form.get("moment", "")),
        }
    except ValueError:
        raise BadInput(_("Choose a show and a moment from the lists.")) from None
    await visit.act(lights.preview, bay=visit.form.get("bay", ""), body=chosen)
    return go(PATH, said="played")


async def choose(visit: ConsoleVisit) -> Response:
    """Use another show, or the configuration file's."""
    show = visit.form.get("show", "")
    if show not in {"", *ShowName}:
        raise BadInput(_("Choose a show from the list."))
    await visit.act(lights.choose_show, body={"show": ShowName(show) if show else None})
    return go(PATH, said="chosen")


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Lights"),
    needs=lights.lights,
    show=show,
    acts={"/play": Act(play, show), "/choose": Act(choose, show)},
    said={
        "played": N_("The bay plays it now."),
        "chosen": N_("The box uses this show from now on."),
    },
)
