"""Staff in the ledger: invited by name, enrolled once an invitation, ended for good."""

from __future__ import annotations

import sqlite3

import pytest

from boxd.errors import BadInput, NotFound, Refused
from boxd.ledger import audit, staff, staff_sessions
from boxd.ledger.ledger import Transaction
from boxd.ledger.staff_sessions import NewSession, PinEntry, StaffSession
from boxd.roles import Role
from tests.ledger.conftest import Hands, later


def invited(hands: Hands, name: str = "Eva", role: Role = Role.ATTENDANT) -> str:
    return hands.ledger.write_now(lambda tx: staff.invite(tx, name, role, "anna", 24))[1]


def enrolled(hands: Hands, secret: str) -> NewSession:
    def enrol(tx: Transaction) -> NewSession:
        found = staff.invitation(tx.connection, secret, tx.at)
        staff.close_invitation(tx, found.id)
        return staff_sessions.begin(tx, found.person, "Firefox on Android", 14)

    return hands.ledger.write_now(enrol)


def found(hands: Hands, cookie: str) -> StaffSession | None:
    return hands.ledger.write_now(lambda tx: staff_sessions.of_cookie(tx.connection, cookie, tx.at))


def good_sessions(hands: Hands) -> list[StaffSession]:
    return hands.ledger.write_now(lambda tx: staff_sessions.listing(tx.connection, tx.at))


def test_an_invitation_enrols_one_device_and_no_second(hands: Hands) -> None:
    secret = invited(hands)
    made = enrolled(hands, secret)

    assert found(hands, made.cookie) == made.session
    assert (made.session.name, made.session.role) == ("Eva", Role.ATTENDANT)
    with pytest.raises(NotFound, match="Ask an organiser"):
        enrolled(hands, secret)
    with pytest.raises(sqlite3.IntegrityError, match="stays closed"):
        hands.ledger.write_now(
            lambda tx: tx.connection.execute("UPDATE staff_invitations SET closed_at = NULL")
        )


def test_an_invitation_is_good_for_its_hours_and_no_longer(hands: Hands) -> None:
    secret = invited(hands)
    later(hands, hours=24)
    with pytest.raises(NotFound):
        enrolled(hands, secret)


def test_what_is_not_the_cookie_finds_no_session(hands: Hands) -> None:
    cookie = enrolled(hands, invited(hands)).cookie
    other = enrolled(hands, invited(hands, "Finn")).cookie
    forged = [
        "",
        cookie[:-1],
        cookie + "A",
        cookie.replace("boxds_1_", "boxds_2_"),
        cookie.replace("boxds_1_", "boxds_9_"),
        "boxds_1_" + other.partition("_2_")[2],
        cookie.replace("boxds_", "boxd_"),
        f"boxds_1_{'é' * 43}",
    ]
    assert [found(hands, each) for each in forged] == [None] * len(forged)


def test_neither_invitation_nor_cookie_is_in_the_ledger_s_files(hands: Hands) -> None:
    secret = invited(hands)
    cookie = enrolled(hands, secret).cookie.rpartition("_1_")[2]
    hands.ledger.close()

    for file in hands.file.parent.glob("ledger.db*"):
        content = file.read_bytes()
        assert secret.encode() not in content
        assert cookie.encode() not in content


def test_an_ended_session_is_ended_for_every_copy_of_its_cookie_and_for_good(hands: Hands) -> None:
    made = enrolled(hands, invited(hands))
    hands.ledger.write_now(lambda tx: staff_sessions.end(tx, made.session.id, "anna"))
    hands.ledger.write_now(lambda tx: staff_sessions.end(tx, made.session.id, "anna"))

    assert found(hands, made.cookie) is None
    with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
        hands.ledger.write_now(
            lambda tx: tx.connection.execute("UPDATE staff_sessions SET ended_at = NULL")
        )


def test_a_session_lasts_its_days(hands: Hands) -> None:
    made = enrolled(hands, invited(hands))
    later(hands, days=13, hours=23)
    assert found(hands, made.cookie) is not None
    later(hands, hours=1)
    assert (found(hands, made.cookie), good_sessions(hands)) == (None, [])


def test_who_is_removed_is_known_on_no_device_and_comes_back_by_invitation(hands: Hands) -> None:
    phone, laptop = (enrolled(hands, invited(hands)) for _ in range(2))
    waiting = invited(hands)
    person = hands.ledger.write_now(lambda tx: staff.by_name(tx.connection, "eva"))
    assert hands.ledger.write_now(lambda tx: staff_sessions.remove(tx, person, "anna")) == 2

    assert (found(hands, phone.cookie), found(hands, laptop.cookie)) == (None, None)
    with pytest.raises(NotFound):
        enrolled(hands, waiting)
    with pytest.raises(NotFound, match="of the staff"):
        hands.ledger.write_now(lambda tx: staff.by_name(tx.connection, "Eva"))
    again = enrolled(hands, invited(hands, role=Role.OPERATOR))
    assert again.session.role is Role.OPERATOR
    assert found(hands, phone.cookie) is None


def test_one_name_is_one_person_and_one_role(hands: Hands) -> None:
    invited(hands)
    with pytest.raises(Refused, match="another spelling"):
        invited(hands, "EVA")
    with pytest.raises(Refused, match="remove them first"):
        invited(hands, role=Role.ORGANISER)


@pytest.mark.parametrize("name", ["", " \u200b ", "two\nlines", "x" * 201])
def test_nobody_is_invited_without_a_name_that_can_be_read(hands: Hands, name: str) -> None:
    with pytest.raises(BadInput, match=r"^name: "):
        invited(hands, name)


def test_a_person_has_no_program_s_role(hands: Hands) -> None:
    with pytest.raises(BadInput, match="is a program's"):
        invited(hands, role=Role.ATTENDEE_APP)


def test_a_session_by_pin_is_nobody_s_and_ends_with_the_pin(hands: Hands) -> None:
    eva = enrolled(hands, invited(hands))
    typed = hands.ledger.write_now(
        lambda tx: staff_sessions.begin_by_pin(tx, PinEntry("Eva", b"one"), "Safari on iPhone", 14)
    )
    assert (typed.session.actor, typed.session.role) == ("Eva (attendant)", Role.ATTENDANT)
    assert eva.session.actor == "Eva (staff)"
    hands.ledger.write_now(lambda tx: staff_sessions.end_of_other_pins(tx, b"one"))
    assert found(hands, typed.cookie) == typed.session
    hands.ledger.write_now(lambda tx: staff_sessions.end_of_other_pins(tx, b"two"))
    assert (found(hands, typed.cookie), found(hands, eva.cookie)) == (None, eva.session)


def test_the_trail_has_who_invited_enrolled_ended_and_removed_whom(hands: Hands) -> None:
    made = enrolled(hands, invited(hands))
    hands.ledger.write_now(lambda tx: staff_sessions.end(tx, made.session.id, made.session.actor))
    hands.ledger.write_now(
        lambda tx: staff_sessions.remove(tx, staff.by_name(tx.connection, "Eva"), "bea")
    )
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 100))
    assert [(row["actor"], row["action"]) for row in rows[-4:]] == [
        ("anna", "staff.invited"),
        ("Eva (staff)", "staff.enrolled"),
        ("Eva (staff)", "staff.session_ended"),
        ("bea", "staff.removed"),
    ]
