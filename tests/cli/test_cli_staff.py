"""`boxd staff`: an address shown once, devices listed with their last use, ended and removed."""

from __future__ import annotations

import json

import pytest

from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


def test_an_invitation_s_address_is_alone_on_standard_output(boxd: Boxd, box: BoxInThread) -> None:
    said = boxd("staff", "invite", " Eva  Maria ", "--role", "attendant")
    assert (said.code, "/i/" in said.out, len(said.out.split())) == (0, True, 1)
    assert "Eva Maria (attendant) opens it within 24 h" in said.err
    assert "\u2580" in said.err or "\u2588" in said.err  # the QR code
    assert box.live.trail()[-1]["actor"] == "ada (CLI)"


@pytest.mark.usefixtures("box")
def test_who_was_invited_is_listed_without_the_secret(boxd: Boxd) -> None:
    assert "boxd staff invite NAME" in boxd("staff", "list").out
    url = boxd("staff", "invite", "Eva", "--role", "operator").out.strip()
    listed = boxd("staff", "list").out
    assert ("Eva" in listed, "invite them again" in listed, url in listed) == (True, True, False)
    assert json.loads(boxd("staff", "list", "--json").out)["staff"][0]["role"] == "operator"


@pytest.mark.usefixtures("box")
def test_people_are_removed_by_name_and_sessions_ended_by_number(boxd: Boxd) -> None:
    boxd("staff", "invite", "Eva", "--role", "viewer")
    assert boxd("staff", "end", "Eva").out == "0 sessions ended\n"
    missing = boxd("staff", "end", "12")
    assert (missing.code, "there is no session 12" in missing.err) == (1, True)
    assert boxd("staff", "remove", "eva").code == 0
    gone = boxd("staff", "remove", "Eva")
    assert (gone.code, "boxd staff list" in gone.err) == (1, True)


@pytest.mark.usefixtures("box")
def test_a_program_s_role_is_nobody_s(boxd: Boxd) -> None:
    wrong = boxd("staff", "invite", "Eva", "--role", "attendee_app")
    assert (wrong.code, "attendant" in wrong.err) == (2, True)
