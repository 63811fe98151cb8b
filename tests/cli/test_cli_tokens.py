"""`boxd tokens`: made with their secret shown once, listed with their last use, revoked."""

from __future__ import annotations

import json

import pytest

from boxd.roles import Role, TaskScope
from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd


def test_a_secret_is_alone_on_standard_output(boxd: Boxd, box: BoxInThread) -> None:
    said = boxd("tokens", "create", "event-app", "--role", "attendee_app")
    assert (said.code, said.out.startswith("boxd_1_"), len(said.out.split())) == (0, True, 1)
    assert "nothing shows it again" in said.err
    assert box.live.trail()[-1]["actor"] == "ada (CLI)"


@pytest.mark.usefixtures("box")
def test_tokens_are_listed_without_secrets(boxd: Boxd) -> None:
    assert "boxd tokens create NAME" in boxd("tokens", "list").out
    secret = boxd("tokens", "create", "desk", "--role", "operator").out.strip()
    listed = boxd("tokens", "list")
    assert [word in listed.out for word in ("desk", "operator", "never", secret)] == [
        True,
        True,
        True,
        False,
    ]
    assert json.loads(boxd("tokens", "list", "--json").out)["tokens"][0]["name"] == "desk"


@pytest.mark.usefixtures("box")
def test_a_token_is_revoked_by_name(boxd: Boxd) -> None:
    boxd("tokens", "create", "desk", "--role", "operator")
    assert boxd("tokens", "revoke", "desk").out == "token desk is revoked\n"
    missing = boxd("tokens", "revoke", "desc")
    assert (missing.code, "boxd tokens list" in missing.err) == (1, True)


@pytest.mark.usefixtures("box")
def test_a_wrong_role_or_name_is_told(boxd: Boxd) -> None:
    wrong = boxd("tokens", "create", "desk", "--role", "boss")
    assert (wrong.code, "'organiser'" in wrong.err) == (2, True)
    assert boxd("tokens", "create", "The Desk", "--role", "operator").code == 1
    boxd("tokens", "create", "desk", "--role", "operator")
    taken = boxd("tokens", "create", "desk", "--role", "operator")
    assert (taken.code, "take another" in taken.err) == (1, True)


@pytest.mark.usefixtures("box")
def test_a_token_is_narrowed_to_operations_that_its_role_has(boxd: Boxd) -> None:
    gate = ("tokens", "create", "gate", "--role", "attendant", "--only")
    wrong = boxd(*gate, "void_code")
    assert (wrong.code, "no operation of the role attendant" in wrong.err) == (1, True)
    assert boxd(*gate, "scan", "--only", "task").code == 0
    assert "scan, task" in boxd("tokens", "list").out


def test_a_token_is_narrowed_to_a_checkpoint_and_a_kind_of_task(
    boxd: Boxd, box: BoxInThread
) -> None:
    gate = ("tokens", "create", "gate", "--role", "attendant")
    wrong = boxd(*gate, "--checkpoint", "entrence")
    assert (wrong.code, "no 'entrence'" in wrong.err) == (1, True)
    scope = TaskScope(kinds=("hunt",), checkpoints=("entrance",))
    box.live.token("gate", Role.ATTENDANT, scope=scope)
    assert "hunt, entrance" in boxd("tokens", "list").out
