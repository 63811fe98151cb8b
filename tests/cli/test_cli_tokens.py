"""`boxd tokens`: made with their secret shown once, listed with their last use, revoked."""

from __future__ import annotations

import json

from cli_box import AT, BoxInMemory
from cli_line import Boxd

from boxd.errors import NotFound, Refused
from boxd.ledger.tokens import Token
from boxd.roles import Role


class TokensInMemory:
    def __init__(self) -> None:
        self.known: list[Token] = []
        self.actors: list[str] = []

    async def create(self, name: str, role: Role, actor: str) -> tuple[Token, str]:
        if name in [token.name for token in self.known]:
            raise Refused(f"a token '{name}' is or was there; take another name")
        self.known.append(Token(len(self.known) + 1, name, role, AT))
        self.actors.append(actor)
        return self.known[-1], "boxd_1_secret"

    async def listing(self) -> list[Token]:
        return self.known

    async def revoke(self, name: str, actor: str) -> Token:
        if name not in [token.name for token in self.known]:
            raise NotFound(f"there is no token '{name}'; `boxd tokens list` shows all")
        self.actors.append(actor)
        return Token(1, name, Role.OPERATOR, AT, revoked_at=AT)


def test_a_secret_is_alone_on_standard_output(boxd: Boxd, box: BoxInMemory) -> None:
    box.tokens = TokensInMemory()
    said = boxd("tokens", "create", "event-app", "--role", "attendee_app")
    assert (said.code, said.out) == (0, "boxd_1_secret\n")
    assert "nothing shows it again" in said.err
    assert box.tokens.actors == ["ada (CLI)"]


def test_tokens_are_listed_without_secrets(boxd: Boxd, box: BoxInMemory) -> None:
    box.tokens = TokensInMemory()
    assert "boxd tokens create NAME" in boxd("tokens", "list").out
    boxd("tokens", "create", "desk", "--role", "operator")
    listed = boxd("tokens", "list")
    assert [word in listed.out for word in ("desk", "operator", "never", "secret")] == [
        True,
        True,
        True,
        False,
    ]
    assert json.loads(boxd("tokens", "list", "--json").out)["tokens"][0]["name"] == "desk"


def test_a_token_is_revoked_by_name(boxd: Boxd, box: BoxInMemory) -> None:
    box.tokens = TokensInMemory()
    boxd("tokens", "create", "desk", "--role", "operator")
    assert boxd("tokens", "revoke", "desk").out == "token desk is revoked\n"
    missing = boxd("tokens", "revoke", "desc")
    assert (missing.code, "boxd tokens list" in missing.err) == (1, True)


def test_a_wrong_role_or_name_is_told(boxd: Boxd, box: BoxInMemory) -> None:
    box.tokens = TokensInMemory()
    wrong = boxd("tokens", "create", "desk", "--role", "boss")
    assert (wrong.code, "'organiser'" in wrong.err) == (2, True)
    assert boxd("tokens", "create", "The Desk", "--role", "operator").code == 1
    boxd("tokens", "create", "desk", "--role", "operator")
    taken = boxd("tokens", "create", "desk", "--role", "operator")
    assert (taken.code, "take another" in taken.err) == (1, True)
