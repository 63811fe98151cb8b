"""A database is used when it is whole and of this version; anything else is kept and replaced."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.errors import BoxdError
from boxd.temporal import database as db
from boxd.temporal.set_aside import forget_note, unreported
from tests.temporal.conftest import embedded, objects, serving, until

NOW = datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC)


def version_of(directory: Path) -> str:
    return str(json.loads((directory / "temporal.db.json").read_text())["version"])


def test_a_made_database_is_fit_and_has_small_pages_and_a_write_ahead_log(directory: Path) -> None:
    database = directory / "temporal.db"
    assert db.why_unfit(database, version_of(directory), was_unclean=True) == ""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (512,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_made_database_leaves_nothing_beside_it(directory: Path) -> None:
    assert {path.name for path in directory.iterdir()} == {"temporal.db", "temporal.db.json"}


def test_setting_aside_never_overwrites(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    for content in ("first", "second", "third"):
        database.write_text(content)
        db.set_aside(database, "of a test", NOW)
    kept = {path.name: path.read_text() for path in tmp_path.glob("temporal.db*")}
    assert kept == {
        "temporal.db.set-aside-20261121T093005": "first",
        "temporal.db.set-aside-20261121T093005-2": "second",
        "temporal.db.set-aside-20261121T093005-3": "third",
    }


def test_what_was_set_aside_is_noted_until_it_was_told(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    for why in ("it is damaged", "it was made by 'temporal version 1.0.0'"):
        database.touch()
        db.set_aside(database, why, NOW)
    first, second = unreported(tmp_path)
    forget_note(first)
    forget_note(first)

    assert second.path == tmp_path / "temporal.db.set-aside-20261121T093005-2"
    assert second.why == "it was made by 'temporal version 1.0.0'"
    assert unreported(tmp_path) == [second]


def test_a_database_set_aside_keeps_its_log_and_sidecar_under_names_that_fit(
    tmp_path: Path,
) -> None:
    database = tmp_path / "temporal.db"
    for part in ("", "-wal", "-shm", ".json"):
        (tmp_path / f"temporal.db{part}").write_text(f"the part '{part}'")
    kept = db.set_aside(database, "of a test", NOW)
    assert kept.path.name == "temporal.db.set-aside-20261121T093005"
    for part in ("", "-wal", "-shm", ".json"):
        assert kept.path.with_name(kept.path.name + part).read_text() == f"the part '{part}'"


@pytest.mark.parametrize("moved_before", [1, 2])
def test_setting_aside_that_was_interrupted_leaves_nothing_that_looks_whole(
    directory: Path, monkeypatch: pytest.MonkeyPatch, moved_before: int
) -> None:
    database, version = directory / "temporal.db", version_of(directory)
    (directory / "temporal.db-wal").write_bytes(b"")
    rename = Path.rename
    moved: list[Path] = []

    def rename_some(self: Path, target: Path) -> Path:
        if len(moved) == moved_before:
            raise InterruptedError
        moved.append(self)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_some)
    with pytest.raises(InterruptedError):
        db.set_aside(database, "of a test", NOW)
    assert not db.is_absent(database)
    assert db.why_unfit(database, version, was_unclean=False) != ""


def test_a_directory_without_rights_is_not_the_databases_fault(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    version = version_of(directory)
    monkeypatch.setattr(sqlite3, "connect", refuse)
    with pytest.raises(BoxdError, match="see to its owner"):
        db.why_unfit(directory / "temporal.db", version, was_unclean=False)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def garbage(directory: Path) -> None:
    (directory / "temporal.db").write_bytes(b"not a database, whatever its name says\n" * 999)


def empty(directory: Path) -> None:
    (directory / "temporal.db").write_bytes(b"")


def truncated_by_a_power_cut(directory: Path) -> None:
    content = (directory / "temporal.db").read_bytes()
    (directory / "temporal.db").write_bytes(content[: len(content) // 2])
    db.mark_running(directory / "temporal.db")


def scribbled_on_in_a_power_cut(directory: Path) -> None:
    content = bytearray((directory / "temporal.db").read_bytes())
    middle = len(content) // 2 // 512 * 512
    content[middle : middle + 40 * 512] = b"\xff" * (40 * 512)
    (directory / "temporal.db").write_bytes(content)
    db.mark_running(directory / "temporal.db")


def of_another_version(directory: Path) -> None:
    sidecar = directory / "temporal.db.json"
    content = json.loads(sidecar.read_text())
    sidecar.write_text(json.dumps({**content, "version": "temporal version 1.0.0"}))


def without_sidecar(directory: Path) -> None:
    (directory / "temporal.db.json").unlink()


def with_a_broken_sidecar(directory: Path) -> None:
    (directory / "temporal.db.json").write_text('{"version": ')


def only_a_log(directory: Path) -> None:
    (directory / "temporal.db").rename(directory / "temporal.db-wal")


UNFIT = [
    (garbage, "it is damaged (file is not a database)"),
    (empty, "its tables are not those it was made with"),
    (truncated_by_a_power_cut, "it is damaged"),
    (scribbled_on_in_a_power_cut, "it is damaged"),
    (of_another_version, "it was made by 'temporal version 1.0.0', and this is 'temporal version"),
    (without_sidecar, "it has no temporal.db.json, so it is not known to be whole"),
    (with_a_broken_sidecar, "its temporal.db.json can't be read"),
    (only_a_log, "only its write-ahead log is left"),
]


@pytest.mark.parametrize(("spoil", "why"), UNFIT, ids=[case[0].__name__ for case in UNFIT])
async def test_an_unfit_database_is_kept_and_the_server_serves_a_new_one(
    settings: Temporal, directory: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(directory)
    before = contents(directory)
    async with serving(settings, directory) as watched:
        [kept] = watched.set_aside
    assert kept.why.startswith(why)
    assert kept.path.name.startswith("temporal.db.set-aside-2")
    for name, content in before.items():
        if not name.endswith(".running"):
            moved = kept.path.with_name(name.replace("temporal.db", kept.path.name))
            assert moved.read_bytes() == content
    assert db.why_unfit(directory / "temporal.db", version_of(directory), True) == ""


@pytest.mark.parametrize("count", [3, 82, 131])
async def test_a_half_made_database_is_not_served_whatever_its_sidecar_says(
    settings: Temporal, directory: Path, schema: list[tuple[str, str]], count: int
) -> None:
    database = directory / "temporal.db"
    database.unlink()
    with closing(sqlite3.connect(database)) as half:
        for name, sql in schema:
            known = {name for (name,) in half.execute("SELECT name FROM sqlite_master")}
            if len(known) < count and name not in known:
                half.execute(sql)
    assert count <= objects(database) < 149
    async with serving(settings, directory) as watched:
        [kept] = watched.set_aside
    assert kept.why == "its tables are not those it was made with"
    assert objects(database) == 90


async def test_a_database_that_looks_whole_but_never_serves_is_replaced_after_four_tries(
    settings: Temporal, directory: Path
) -> None:
    with closing(sqlite3.connect(directory / "temporal.db")) as connection:
        connection.execute("UPDATE cluster_metadata_info SET data = x'ff'")
        connection.commit()
    async with embedded(settings, directory) as watched:
        await until(lambda: watched.set_aside, "the database to be set aside")
        await watched.server.serving()
        assert watched.set_aside[0].why == "the server ended 4 times on it before it served"
        assert watched.server.status.restarts == 4


def test_a_made_database_writes_a_change_of_a_workflow_into_few_pages(directory: Path) -> None:
    with closing(sqlite3.connect(directory / "temporal.db")) as file:
        found = file.execute(
            "SELECT type, name FROM sqlite_master WHERE tbl_name = 'executions_visibility'"
            " AND type <> 'table' AND sql IS NOT NULL"
        )
        assert set(found) == {("index", "default_idx"), ("trigger", "a_build_alone_is_not_noted")}
