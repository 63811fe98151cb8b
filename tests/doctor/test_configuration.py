"""The configuration: errors, a file that may not be read, open secrets, and unwise settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from boxd.doctor.finding import Grade
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import by_command, context, expect, findings, lines_of, write

AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def test_a_good_file(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Configuration", "file", Grade.PASSED)
    expect(box, "Configuration", "wisdom", Grade.PASSED)
    expect(box, "Configuration", "secrets", Grade.PASSED, "for boxd alone")


def test_a_file_with_errors(resting: RestingBox) -> None:
    config = resting.change("[lockout]", "[lockuot]")
    resting.change('latch = "board-0"', 'latch = "board-9"')
    found = findings(context(config), "Configuration", "file")
    assert [each.grade for each in found] == [Grade.FAILED] * 2
    assert all("boxd config check" in each.remedy for each in found)
    code, told = by_command(config)
    assert code == 1
    assert {each["grade"] for each in lines_of(told, "Configuration", "file")} == {"failed"}
    assert lines_of(told, "Machine", "memory")[0]["grade"] == "passed"
    assert lines_of(told, "Ledger", "integrity")[0]["grade"] == "skipped"


def test_no_file_at_all(tmp_path: Path) -> None:
    box = context(tmp_path / "boxd.toml")
    expect(box, "Configuration", "file", Grade.FAILED, "no such file")


@only_root
def test_a_user_who_may_see_nothing_is_told_what_takes_sudo(resting: RestingBox) -> None:
    for folder in (*resting.config.parents,):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    resting.config.chmod(0o640)
    _, told = by_command(resting.config, *AS_NOBODY)
    (line,) = lines_of(told, "Configuration", "file")
    assert (line["grade"], line["remedy"]) == ("skipped", "sudo boxd doctor")
    resting.config.chmod(0o644)
    resting.state.chmod(0o750)
    _, told = by_command(resting.config, *AS_NOBODY)
    unseen = {each["family"] for each in told["checks"] if each["remedy"] == "sudo boxd doctor"}
    assert {"Daemon", "Ledger", "Temporal", "Backups"} <= unseen
    assert all("itself broke" not in each["seen"] for each in told["checks"])
    assert lines_of(told, "Configuration", "file")[0]["grade"] == "passed"


def test_a_secret_that_others_may_read(resting: RestingBox) -> None:
    key = resting.state / "keys" / "reading.key"
    key.chmod(0o644)
    found = expect(context(resting.config), "Configuration", "secrets", Grade.FAILED, "mode 644")
    assert found.remedy == f"sudo chmod 600 {key}"


@only_root
def test_a_secret_that_is_not_boxd_s(resting: RestingBox) -> None:
    unit = "LoadState=loaded\nUser=nobody\nSupplementaryGroups="
    box = context(resting.config, run=lambda _: unit)
    words = ("is not nobody's", "sudo chown nobody")
    expect(box, "Configuration", "secrets", Grade.FAILED, *words)


def test_a_secret_that_is_not_there(resting: RestingBox) -> None:
    resting.change("[phones]", '[phones]\nattendant_pin_file = "nowhere.pin"')
    box = context(resting.config)
    expect(box, "Configuration", "secrets", Grade.FAILED, "nowhere.pin", "mode 600")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("# backup_every_h = 6", "backup_every_h = 0", "no backup is made by itself"),
        ("# verification_every_h = 24", "verification_every_h = 0", "audit trail is not verified"),
        ("# self_test_every_h = 24", "self_test_every_h = 0", "devices are not tested"),
        ("# expiry_every_min = 60", "expiry_every_min = 0", "do not expire"),
        ("# address = ", 'address = "temporal.example:7233"\n# ', "Temporal is used without TLS"),
    ],
)
def test_what_is_allowed_and_unwise(
    resting: RestingBox, before: str, after: str, words: str
) -> None:
    box = context(resting.change(before, after))
    expect(box, "Configuration", "wisdom", Grade.WARNED, words, "sudoedit")


def test_a_hud_that_the_network_can_reach(resting: RestingBox) -> None:
    resting.change('# host = "127.0.0.1"', 'host = "0.0.0.0"')
    box = context(resting.change("# hosts = ", "hosts = "))
    expect(box, "Configuration", "wisdom", Grade.WARNED, "the HUD has no login", "127.0.0.1")


def test_phones_without_tls(resting: RestingBox) -> None:
    resting.change("enabled = false", "enabled = true")
    address = 'public_url = "http://box-1.local:4322"\n# '
    box = context(resting.change("# public_url = ", address))
    expect(box, "Configuration", "wisdom", Grade.WARNED, "without TLS", "tls_cert_file")


def test_a_simulated_box_on_a_pi(resting: RestingBox, tmp_path: Path) -> None:
    write(tmp_path, "/proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
    box = context(resting.config, root=tmp_path)
    expect(box, "Configuration", "wisdom", Grade.WARNED, "this is a Pi, and the box is simulated")
