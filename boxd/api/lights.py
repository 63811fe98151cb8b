"""The API of the lights: the shows as data, and a look at one of them at a bay.

Which show a box uses is in its configuration: `[lights] show`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from boxd.api.bodies import Body
from boxd.api.replies import DoneReply, ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import NotFound
from boxd.lights.moments import LightMoment
from boxd.lights.pattern import Pattern, step_text
from boxd.lights.shows import ABOUT, ABOUT_MOMENT, LightShow, ShowName, show_named
from boxd.words import N_, translate

BayId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class PatternReply(ReplyModel):
    """The lights of a moment; without `repeats` they go on until the next moment."""

    moment: str
    about: str
    steps: tuple[str, ...]
    repeats: int | None
    strip: str


class ShowReply(ReplyModel):
    """A light show. `in_use` if the box shows it; then its patterns include the box's own."""

    name: str
    about: str
    in_use: bool
    patterns: tuple[PatternReply, ...]


class StripReply(ReplyModel):
    """A strip of lights; `why` says why it can't be reached, as far as that can be known."""

    bay: str
    host: str
    leds: int
    why: str


class LightsReply(ReplyModel):
    """The shows to choose from, and the strips."""

    shows: tuple[ShowReply, ...]
    strips: tuple[StripReply, ...]


class PreviewBody(Body):
    """A moment of a show, to look at."""

    example = '{"show": "party", "moment": "opened"}'

    show: ShowName
    moment: LightMoment


async def lights(context: BoxContext) -> LightsReply:
    """The light shows as data, and the strips."""
    strips = (
        StripReply(bay=at.bay, host=at.host, leds=at.leds, why=translate(each.why))
        for each in context.box.strips
        for at in (each.address,)
    )
    return LightsReply(
        shows=tuple(_show_reply(context, name) for name in ShowName), strips=tuple(strips)
    )


async def preview(context: BoxContext, bay: BayId, body: PreviewBody) -> DoneReply:
    """Play a moment of a show once at a bay that nobody uses; nothing else happens."""
    found = context.box.bays.get(bay)
    if found is None:
        known = ", ".join(context.box.bays)
        raise NotFound(
            N_("no bay has the id '{bay}'; there are: {known}").format(bay=bay, known=known)
        )
    found.preview(_show(context, body.show)[body.moment])
    return DoneReply()


def _show(context: BoxContext, name: ShowName) -> LightShow:
    chosen = context.box.config.lights
    return chosen.in_effect if name is chosen.show else show_named(name)


def _show_reply(context: BoxContext, name: ShowName) -> ShowReply:
    patterns = _show(context, name).values()
    return ShowReply(
        name=name.value,
        about=translate(ABOUT[name]),
        in_use=name is context.box.config.lights.show,
        patterns=tuple(_pattern_reply(each) for each in patterns),
    )


def _pattern_reply(pattern: Pattern) -> PatternReply:
    return PatternReply(
        moment=pattern.name,
        about=translate(ABOUT_MOMENT[LightMoment(pattern.name)]),
        steps=tuple(step_text(each) for each in pattern.steps),
        repeats=pattern.repeats,
        strip=pattern.strip.value,
    )
