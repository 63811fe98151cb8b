"""The commands' way to the tokens: made, listed, revoked; never offered by token itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import StringConstraints

from boxd.api.bodies import ActorBody, Body
from boxd.api.replies import NewTokenReply, OneTokenReply, TokensReply
from boxd.api.request_context import RequestContext
from boxd.roles import Role

TokenName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class TokenBody(Body):
    """A token to make."""

    example = '{"name": "event-app", "role": "attendee_app"}'

    name: TokenName
    role: Role


async def create_token(call: RequestContext, body: TokenBody) -> NewTokenReply:
    """Make a token; this answer holds its secret."""
    token, secret = await call.box.tokens.create(body.name, body.role, call.actor(body.actor))
    return NewTokenReply.of(token=asdict(token), secret=secret)


async def tokens(call: RequestContext) -> TokensReply:
    """Every token, revoked ones too."""
    return TokensReply.of(tokens=[asdict(token) for token in await call.box.tokens.listing()])


async def revoke_token(call: RequestContext, name: TokenName, body: ActorBody) -> OneTokenReply:
    """Make a token useless for ever."""
    token = await call.box.tokens.revoke(name, call.actor(body.actor))
    return OneTokenReply.of(token=asdict(token))
