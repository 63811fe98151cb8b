"""The API of the lights: the shows as data, which one is used, and a look at one at a bay.

An organiser's choice goes before that of the configuration, `[lights] show`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from boxd.api.bodies import Body
from boxd.api.replies import DoneReply, ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import NotFound
from boxd.ledger.choices import LIGHT_SHOW
from boxd.lights.moments import LightMoment
from boxd.lights.pattern import Pattern, step_text
from boxd.lights.shows import ABOUT, ABOUT_MOMENT, TITLE, LightShow, ShowName, show_named
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
    title: str
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
    """The shows to choose from, and the strips. `configured` is the configuration file's show.

    `is_chosen`: an organiser has chosen one here, which goes before it.
    """

    configured: str
    is_chosen: bool
    shows: tuple[ShowReply, ...]
    strips: tuple[StripReply, ...]


class PreviewBody(Body):
    """A moment of a show, to look at."""

    example = '{"show": "party", "moment": "opened"}'

    show: ShowName
    moment: LightMoment


class ChooseShowBody(Body):
    """The show to use; without one, that of the configuration file."""

    example = '{"show": "calm"}'

    show: ShowName | None = None


async def lights(context: BoxContext) -> LightsReply:
    """The light shows as data, and the strips."""
    strips = (
        StripReply(bay=at.bay, host=at.host, leds=at.leds, why=translate(each.why))
        for each in context.box.strips
        for at in (each.address,)
    )
    chosen = await context.box.ledger.read(LIGHT_SHOW.now)
    configured = context.box.config.lights
    used = configured.named(chosen)
    return LightsReply(
        configured=configured.show.value,
        is_chosen=bool(chosen),
        shows=tuple(_show_reply(context, name, used) for name in ShowName),
        strips=tuple(strips),
    )


async def choose_show(context: BoxContext, body: ChooseShowBody) -> LightsReply:
    """Use another light show at every bay, at once and after each start."""
    actor, show = context.actor(body.actor), body.show or ""
    await context.box.ledger.write(lambda tx: LIGHT_SHOW.choose(tx, show, actor))
    return await lights(context)


async def preview(context: BoxContext, bay: BayId, body: PreviewBody) -> DoneReply:
    """Play a moment of a show once at a bay that nobody uses; nothing else happens."""
    found = context.box.bays.get(bay)
    if found is None:
        known = ", ".join(context.box.bays)
        raise NotFound(
            N_("no bay has the id '{bay}'; there are: {known}").format(bay=bay, known=known)
        )
    used = context.box.config.lights.named(await context.box.ledger.read(LIGHT_SHOW.now))
    found.preview(_show(context, body.show, used)[body.moment])
    return DoneReply()


def _show(context: BoxContext, name: ShowName, used: ShowName) -> LightShow:
    """A show; the one that the box uses has the box's own patterns in it."""
    return context.box.config.lights.with_show(name) if name is used else show_named(name)


def _show_reply(context: BoxContext, name: ShowName, used: ShowName) -> ShowReply:
    patterns = _show(context, name, used).values()
    return ShowReply(
        name=name.value,
        title=translate(TITLE[name]),
        about=translate(ABOUT[name]),
        in_use=name is used,
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
