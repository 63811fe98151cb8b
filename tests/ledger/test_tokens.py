"""Tokens in the ledger: found by their secret alone, shown once, revoked for good."""

from __future__ import annotations

import sqlite3

import pytest

from boxd.errors import NotFound, Refused
from boxd.ledger import audit, tokens
from boxd.ledger.tokens import Token, TokenOrder
from boxd.roles import Role
from tests.ledger.conftest import Hands, later


def made(hands: Hands, name: str = "app", role: Role = Role.ATTENDEE_APP) -> tuple[Token, str]:
    return hands.ledger.write_now(lambda tx: tokens.create(tx, TokenOrder(name, role), "anna"))


def found(hands: Hands, secret: str) -> Token | None:
    return hands.ledger.write_now(lambda tx: tokens.of_secret(tx.connection, secret, tx.at))


def test_a_secret_finds_its_token(hands: Hands) -> None:
    app, its_secret = made(hands)
    desk, desk_secret = made(hands, "desk", Role.OPERATOR)

    assert (app, desk) == (found(hands, its_secret), found(hands, desk_secret))
    assert (desk.name, desk.role) == ("desk", Role.OPERATOR)


def test_what_is_not_the_secret_finds_none(hands: Hands) -> None:
    token, secret = made(hands)
    _, other = made(hands, "other")
    forged = [
        "",
        "boxd",
        "boxd__",
        secret[:-1],
        secret + "A",
        secret.upper(),
        secret + "\n",
        f" {secret}",
        secret.replace("boxd_1_", "boxd_2_"),
        secret.replace("boxd_1_", "boxd_9_"),
        secret.replace("boxd_1_", "boxd_01_"),
        secret.replace("boxd_1_", "boxd_-1_"),
        f"boxd_{token.id}_{other.partition('_2_')[2]}",
        f"boxd_{token.id}_{'é' * 43}",
        f"boxd_99999999999999999999_{'A' * 43}",
    ]
    assert [found(hands, each) for each in forged] == [None] * len(forged)


def test_the_secret_is_nowhere_in_the_ledger(hands: Hands) -> None:
    secret = made(hands)[1].rpartition("_1_")[2]
    hands.ledger.close()

    for file in hands.file.parent.glob("ledger.db*"):
        assert secret.encode() not in file.read_bytes()


def test_a_revoked_token_stays_revoked_and_its_name_taken(hands: Hands) -> None:
    _, secret = made(hands)
    first = hands.ledger.write_now(lambda tx: tokens.revoke(tx, "app", "anna"))
    later(hands, hours=1)

    assert first == hands.ledger.write_now(lambda tx: tokens.revoke(tx, "app", "anna"))
    assert found(hands, secret) is None
    with pytest.raises(Refused, match="take another"):
        made(hands)
    with pytest.raises(sqlite3.IntegrityError, match="stays revoked"):
        hands.ledger.write_now(
            lambda tx: tx.connection.execute("UPDATE tokens SET revoked_at = NULL")
        )


def test_a_token_that_is_not_there_cannot_be_revoked(hands: Hands) -> None:
    with pytest.raises(NotFound, match="boxd tokens list"):
        hands.ledger.write_now(lambda tx: tokens.revoke(tx, "nobody", "anna"))


def test_who_made_and_revoked_a_token_is_in_the_trail(hands: Hands) -> None:
    made(hands)
    hands.ledger.write_now(lambda tx: tokens.revoke(tx, "app", "bea"))

    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 100))
    told = [(row["actor"], row["action"], row["detail"]) for row in rows[-2:]]
    assert told == [
        ("anna", "token.created", {"days": 30, "role": "attendee_app", "token": "app"}),
        ("bea", "token.revoked", {"token": "app"}),
    ]


def test_the_last_use_is_shown(hands: Hands) -> None:
    token, _ = made(hands)
    later(hands, hours=2)
    hands.ledger.write_now(lambda tx: tokens.note_use(tx, token.id))

    shown = hands.ledger.write_now(lambda tx: tokens.listing(tx.connection))
    assert [each.last_used_at for each in shown] == ["2030-05-01T11:00:00.000Z"]


def test_a_token_is_good_for_its_days_and_no_longer(hands: Hands) -> None:
    token, secret = hands.ledger.write_now(
        lambda tx: tokens.create(tx, TokenOrder("app", Role.ATTENDEE_APP, 2), "anna")
    )
    later(hands, days=1, hours=23)
    assert found(hands, secret) == token
    later(hands, hours=1)
    assert found(hands, secret) is None


def test_a_token_of_before_tokens_expired_is_good_until_it_is_revoked(hands: Hands) -> None:
    token, secret = made(hands)
    hands.ledger.write_now(lambda tx: tx.connection.execute("UPDATE tokens SET expires_at = NULL"))
    later(hands, days=400)
    now = found(hands, secret)
    assert now is not None
    assert (now.id, now.expires_at) == (token.id, None)
