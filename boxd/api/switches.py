"""The API of what an organiser switches on and off."""

from __future__ import annotations

from boxd.api.bodies import Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import Refused
from boxd.ledger import switches as ledger_switches
from boxd.ledger.switches import Switch


class TurnBody(Body):
    """Whether it is to be on."""

    example = '{"on": true}'

    on: bool


class SwitchReply(ReplyModel):
    """A switch as it is now."""

    name: str
    on: bool


class SwitchesReply(ReplyModel):
    """Every switch."""

    switches: tuple[SwitchReply, ...]


async def switches(context: BoxContext) -> SwitchesReply:
    """Every switch."""
    found = [await _now(context, each) for each in Switch]
    return SwitchesReply(switches=tuple(found))


async def turn_switch(context: BoxContext, name: Switch, body: TurnBody) -> SwitchReply:
    """Switch something on or off."""
    if name is Switch.CLOSED:
        raise Refused("the event is closed by /event/close, and opened again by /event/open")
    actor = context.actor(body.actor)
    await context.box.ledger.write(lambda tx: ledger_switches.turn(tx, name, body.on, actor))
    return await _now(context, name)


async def _now(context: BoxContext, switch: Switch) -> SwitchReply:
    on = await context.box.ledger.read(lambda c: ledger_switches.is_on(c, switch))
    return SwitchReply(name=switch.value, on=on)
