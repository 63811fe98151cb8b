"""What a card makes for itself at its first start, and leaves alone at all others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from boxd.set_up.machine import Machine

PREPARE = Path(__file__).parents[2] / "card/files/usr/lib/boxd-card/prepare"
OWN = "etc/NetworkManager/system-connections/boxd-own.nmconnection"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh card with a radio."""
    for folder in ("etc/boxd", "boot/card", "run", "sys/class/net/wlan0/wireless"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/boxd/set-up").touch()
    (tmp_path / "etc/machine-id").write_text("0123456789abcdef\n")
    return tmp_path


def prepare(root: Path) -> None:
    subprocess.run([PREPARE, root], check=True, timeout=30)


def key(root: Path) -> str:
    return (root / "etc/boxd/set-up").read_text().strip()


def test_each_card_makes_a_key_and_a_network_of_its_own_once(root: Path) -> None:
    prepare(root)
    first = key(root), (root / OWN).read_text()
    prepare(root)
    assert (key(root), (root / OWN).read_text()) == first
    assert len(key(root)) == 9
    assert "ssid=boxd-0123\n" in first[1]
    assert key(root) in (root / "run/issue.d/boxd.issue").read_text()
    assert (root / OWN).stat().st_mode & 0o777 == 0o600
    assert (root / "etc/boxd/set-up").stat().st_mode & 0o777 == 0o600


def test_a_file_of_windows_says_key_and_password(root: Path) -> None:
    told = "# comment\r\n key = tiny-lamp-42 \r\nwlan-password=twelve = lockers\r\n"
    (root / "boot/card/boxd.txt").write_bytes(told.encode())
    prepare(root)
    assert key(root) == "tiny-lamp-42"
    assert "psk=twelve = lockers\n" in (root / OWN).read_text()


def test_a_password_that_is_too_short_for_a_network_is_not_taken(root: Path) -> None:
    (root / "boot/card/boxd.txt").write_text("wlan-password = short\n")
    prepare(root)
    assert "psk=short" not in (root / OWN).read_text()


def test_a_box_that_is_set_up_gets_no_key(root: Path) -> None:
    (root / "etc/boxd/set-up").unlink()
    prepare(root)
    assert not (root / "etc/boxd/set-up").exists()
    assert not (root / "run/issue.d").exists()


def test_a_card_without_a_radio_makes_no_network(root: Path) -> None:
    (root / "sys/class/net/wlan0/wireless").rmdir()
    prepare(root)
    assert not (root / OWN).exists()


def test_an_ssh_key_is_let_in(root: Path) -> None:
    (root / "boot/card/boxd.txt").write_text("ssh-key = ssh-ed25519 AAAA me@laptop\n")
    prepare(root)
    assert (
        root / "home/maintainer/.ssh/authorized_keys"
    ).read_text() == "ssh-ed25519 AAAA me@laptop\n"


@pytest.mark.parametrize(
    ("line", "password"),
    [
        ("wlan-password = back\\slash;and;more", r"back\slash;and;more"),
        ("wlan-password = '100%' $(reboot) `id`", "'100%' $(reboot) `id`"),
        ('wlan-password = "in quotes"', "in quotes"),
        ("wlan-password = " + "x" * 63, "x" * 63),
    ],
)
def test_a_password_is_taken_as_it_was_written(root: Path, line: str, password: str) -> None:
    (root / "boot/card/boxd.txt").write_text(f"{line}\n")
    prepare(root)
    assert Machine(root).own_network == ("boxd-0123", password)


@pytest.mark.parametrize("password", ["x" * 64, "zwölf Schließfächer"])
def test_a_password_that_no_network_can_have_is_not_taken(root: Path, password: str) -> None:
    """NetworkManager would leave the whole network out."""
    (root / "boot/card/boxd.txt").write_text(f"wlan-password = {password}\n", encoding="utf-8")
    prepare(root)
    own = Machine(root).own_network
    assert own is not None and len(own[1]) == 14


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("key = first-key\nkey = second-key\n", "second-key"),
        ("key = 50% $(id) `id` \\4\n", r"50% $(id) `id` \4"),
        ("key = -n -e -n\n", "-n -e -n"),
        ("\ufeffkey = after-a-mark\r\n", "after-a-mark"),
        ('key = "quoted-key"\n', "quoted-key"),
    ],
)
def test_a_key_is_taken_as_it_was_written(root: Path, text: str, taken: str) -> None:
    (root / "boot/card/boxd.txt").write_bytes(text.encode())
    prepare(root)
    prepare(root)
    assert key(root) == taken
    # A login screen reads two backslashes as one.
    shown = taken.replace("\\", "\\\\")
    assert f"Its key: {shown}\n" in (root / "run/issue.d/boxd.issue").read_text()


def test_a_key_with_umlauts_from_an_old_editor_is_text(root: Path) -> None:
    (root / "boot/card/boxd.txt").write_bytes("key = schlüssel\r\n".encode("cp1252"))
    prepare(root)
    assert (root / "etc/boxd/set-up").read_text(encoding="utf-8") == "schlüssel\n"


def test_a_key_that_is_guessed_soon_is_not_taken(root: Path) -> None:
    (root / "boot/card/boxd.txt").write_text("key = a1\n")
    prepare(root)
    assert len(key(root)) == 9


def test_several_ssh_keys_are_let_in_and_are_the_maintainers_also_after_a_cut(root: Path) -> None:
    maintainer = 1234 if os.geteuid() == 0 else os.geteuid()
    home = root / "home/maintainer"
    home.mkdir(parents=True)
    os.chown(home, maintainer, -1)
    lines = ('from="10.0.0.0/8",no-pty ssh-ed25519 AAAA= me@laptop', "ssh-rsa BBBB #2")
    (root / "boot/card/boxd.txt").write_text("".join(f"ssh-key = {each}\n" for each in lines))
    # The power was cut after the file and before it was given away.
    (home / ".ssh").mkdir(mode=0o700)
    (home / ".ssh/authorized_keys").write_text("".join(f"{each}\n" for each in lines))
    prepare(root)
    keys = home / ".ssh/authorized_keys"
    assert keys.read_text().splitlines() == list(lines)
    assert keys.stat().st_uid == maintainer
