"""What a card makes for itself at its first start, and leaves alone at all others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

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
