"""A card backup that a stranger made up, passphrase and all, harms nothing when it is restored."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from boxd.archive.card_restore import open_card, restore_card
from boxd.archive.destinations import require_allowed
from boxd.archive.encryption import Encryptor
from boxd.config import load
from boxd.errors import BadInput, BoxdError
from boxd.upgrade.install_paths import InstallPaths
from tests.archive.cards import PASSPHRASE, card_box

MANIFEST = {"box": "box-1", "boxd": "1.0.0", "made_at": "2026-05-02", "files": {}}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a card backup of a whole box, with some entries as a stranger has them."""
    config, config_file = card_box(tmp_path)
    entries = {
        "manifest.json": json.dumps(MANIFEST).encode(),
        "boxd.toml": config_file.read_bytes(),
        "ledger.db": config.ledger_file.read_bytes(),
    }

    def writing(**other: bytes) -> Path:
        card = tmp_path / "stranger.card"
        with card.open("wb") as stream:
            sealing = Encryptor(stream, PASSPHRASE)
            with tarfile.open(fileobj=sealing, mode="w|") as archive:
                for name, content in (entries | other).items():
                    entry = tarfile.TarInfo(name)
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
            sealing.finish()
        return card

    return writing


def restored(card: Path, root: Path) -> None:
    """Restore as root would, up to where something on the system is changed."""
    folder = root / "run"
    folder.mkdir(exist_ok=True)
    release = root / "opt/boxd/releases/1.0.0"
    release.mkdir(parents=True, exist_ok=True)
    for name in ("VERSION", "DIGEST"):
        (release / name).write_text("1.0.0\n", encoding="utf-8")
    places = InstallPaths(root)
    places.current.unlink(missing_ok=True)
    places.current.symlink_to("releases/1.0.0")
    restore_card(open_card(card, PASSPHRASE, folder), places)


def manifest(**files: str) -> bytes:
    named = {f"files/{name[1:]}": path for name, path in files.items()}
    return json.dumps(MANIFEST | {"files": named}).encode()


@pytest.mark.parametrize(
    "path", ["/etc/ld.so.preload", "/etc/cron.d/box", "/root/.ssh/authorized_keys"]
)
def test_a_manifest_that_names_a_file_of_the_system_is_refused(
    write: Callable[..., Path], tmp_path: Path, path: str
) -> None:
    card = write(**{"files/0": b"evil", "manifest.json": manifest(_0=path)})
    with pytest.raises(BadInput, match="its configuration does not name"):
        restored(card, tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("etc/boxd/pin", "etc/ld.so.preload"),
        ("etc/boxd/pin", "etc/boxd/../ld.so.preload"),
        ("var/lib/boxd", "etc"),
    ],
)
def test_a_configuration_that_names_one_as_its_own_is_refused(
    write: Callable[..., Path], tmp_path: Path, before: str, after: str
) -> None:
    named = (tmp_path / "etc/boxd/boxd.toml").read_text(encoding="utf-8")
    config = named.replace(f"{tmp_path}/{before}", f"{tmp_path}/{after}")
    card = write(
        **{
            "boxd.toml": config.encode(),
            "files/0": b"evil",
            "manifest.json": manifest(_0=f"{tmp_path}/{after}"),
        }
    )
    with pytest.raises(BadInput, match=r"wants to use|does not name"):
        restored(card, tmp_path)
    assert not (tmp_path / "etc/ld.so.preload").exists()


@pytest.mark.parametrize(
    ("folder", "is_taken"), [("run/boxd", True), ("run/systemd", False), ("etc/cron.d", False)]
)
def test_the_socket_may_be_where_the_package_has_it_and_nowhere_else(
    tmp_path: Path, folder: str, is_taken: bool
) -> None:
    _, config_file = card_box(tmp_path)
    text = config_file.read_text(encoding="utf-8")
    socket = f'[web]\nsocket = "{tmp_path}/{folder}/boxd.sock"'
    config_file.write_text(text.replace("[web]", socket, 1), encoding="utf-8")
    with nullcontext() if is_taken else pytest.raises(BadInput, match="wants to use"):
        require_allowed(load(config_file), {}, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[1]",
        b"null",
        json.dumps(MANIFEST | {"files": [1]}).encode(),
        json.dumps(MANIFEST | {"files": {"../../x": "/etc/boxd/x"}}).encode(),
        json.dumps(MANIFEST | {"files": {"files/7": "/etc/boxd/x"}}).encode(),
        json.dumps(MANIFEST | {"box": {"a": 1}}).encode(),
        json.dumps(MANIFEST | {"more": 1}).encode(),
        b"\xff\xfe",
        b"[" * 60_000,
    ],
)
def test_a_manifest_that_is_none_is_refused(
    write: Callable[..., Path], tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(BadInput, match="can't be unpacked"):
        restored(write(**{"manifest.json": content}), tmp_path)


def test_entries_that_are_too_large_are_not_unpacked(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    card = write(**{"files/0": bytes(1024 * 1024)})
    with pytest.raises(BadInput, match="too much"):
        restored(card, tmp_path)
    assert not (tmp_path / "run/files/0").exists()


def test_a_ledger_that_is_none_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(BoxdError):
        restored(write(**{"ledger.db": b"SQLite format 3\0" + bytes(4096)}), tmp_path)
