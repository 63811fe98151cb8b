"""The API of tokens, for the commands only: create, list, revoke."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasPath, Field, StringConstraints

from boxd.api import task_scopes
from boxd.api.bodies import ActorBody, Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import BadInput
from boxd.ledger import tokens as ledger_tokens
from boxd.ledger.tokens import TokenOrder
from boxd.roles import Role, TaskScope
from boxd.text_fields import Line

TokenName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


OperationName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class TokenBody(Body):
    """A token to make. `only` narrows its role to these operations, by their `operationId`.

    `kinds` narrows it to tasks of these kinds, `checkpoints` to counting scans there.
    """

    example = '{"name": "event-app", "role": "attendee_app"}'

    name: TokenName
    role: Role
    days: Annotated[int, Field(ge=1, le=366)] = ledger_tokens.DAYS
    only: tuple[OperationName, ...] = ()
    kinds: tuple[Line, ...] = Field((), max_length=100)
    checkpoints: tuple[Line, ...] = Field((), max_length=100)


class TokenReply(ReplyModel):
    """A token without its secret."""

    id: int
    name: str
    role: str
    created_at: str
    last_used_at: str | None
    revoked_at: str | None
    expires_at: str | None
    only: tuple[str, ...]
    kinds: tuple[str, ...] = Field(validation_alias=AliasPath("scope", "kinds"))
    checkpoints: tuple[str, ...] = Field(validation_alias=AliasPath("scope", "checkpoints"))


class TokensReply(ReplyModel):
    """Every token, also revoked ones."""

    tokens: tuple[TokenReply, ...]


class OneTokenReply(ReplyModel):
    """A token as it is now."""

    token: TokenReply


class NewTokenReply(ReplyModel):
    """A new token and its secret, which is never shown again."""

    token: TokenReply
    secret: str


async def create_token(context: BoxContext, body: TokenBody) -> NewTokenReply:
    """Create a token; only this reply has its secret."""
    actor = context.actor(body.actor)
    scope = TaskScope(body.kinds, body.checkpoints)
    _check_operations(body.role, body.only, scope)
    await task_scopes.check(context, body.role, scope)
    order = TokenOrder(body.name, body.role, body.days, body.only, scope)
    token, secret = await context.box.ledger.write(
        lambda tx: ledger_tokens.create(tx, order, actor)
    )
    return NewTokenReply.of(token=token, secret=secret)


async def tokens(context: BoxContext) -> TokensReply:
    """Every token, also revoked ones."""
    return TokensReply.of(tokens=await context.box.ledger.read(ledger_tokens.listing))


async def revoke_token(context: BoxContext, name: TokenName, body: ActorBody) -> OneTokenReply:
    """Revoke a token for ever."""
    actor = context.actor(body.actor)
    token = await context.box.ledger.write(lambda tx: ledger_tokens.revoke(tx, name, actor))
    return OneTokenReply.of(token=token)


def _check_operations(role: Role, names: tuple[str, ...], scope: TaskScope) -> None:
    """Raise BadInput for an operation that this token could not ask for, or that is none."""
    from boxd.api.table import OPERATIONS  # it names this module's handlers

    allowed = sorted(each.name for each in OPERATIONS if role in each.roles)
    for name in names:
        if name not in allowed:
            raise BadInput(
                f"only: '{name}' is no operation of the role {role}; it has: {', '.join(allowed)}"
            )
        if not task_scopes.has_operation(scope, name):
            raise BadInput(
                f"only: '{name}' is about more than {scope}; leave it out, or make a token of its"
                " own for it"
            )
