"""Looking back: a slider over one redemption, of this box or out of a file."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import redemptions as api
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput, NotFound
from boxd.look_back import LookBack
from boxd.look_back.files import LARGEST, from_json
from boxd.look_back.instants import Source
from boxd.words import N_
from boxd.words import gettext as _

PATH = f"{HOME}/look-back"
_NEWEST = 20


async def show(visit: ConsoleVisit) -> Response:
    """The redemptions to choose from; of a chosen one, every instant."""
    asked = visit.request.query_params
    upload, redemption = asked.get("upload", ""), asked.get("redemption", "")
    brought = visit.brought.require(upload) if upload else ()
    chosen = None
    if brought:
        chosen = _among(brought, redemption or brought[0].redemption)
    elif redemption:
        chosen = from_json(await visit.act(api.look_back, redemption=redemption))
    query = api.RedemptionsQuery(limit=_NEWEST)
    return visit.page(
        "look_back.html",
        N_("Looking back"),
        chosen=chosen,
        upload=upload,
        brought=[each.redemption for each in brought],
        newest=(await visit.act(api.redemptions, query=query))["redemptions"],
        source=Source,
    )


async def choose_file(visit: ConsoleVisit) -> Response:
    """Open a file: a bundle, a look-back, or the history of a workflow."""
    content = visit.files.get("file")
    if content is None:
        raise BadInput(_("Choose a file first."))
    found = await visit.context.box.look_backs.opened("file", content)
    if not found:
        raise BadInput(_("There is no redemption in this file."))
    return go(PATH, upload=visit.brought.keep(found))


def _among(brought: tuple[LookBack, ...], redemption: str) -> LookBack:
    for each in brought:
        if each.redemption == redemption:
            return each
    raise NotFound(_("This redemption is not in the file."))


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Looking back"),
    needs=api.look_back,
    show=show,
    acts={"/file": Act(choose_file, show)},
    body_limit=LARGEST,
)
