"""Upkeep, access and the audit trail: what is seen there, and done under the person's name."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from boxd.ledger import room
from boxd.roles import Role
from tests.api.live_box import bearer, client, configured, live_box
from tests.console.conftest import Console, Person, words_of


async def test_a_backup_is_made_and_downloaded_and_both_are_recorded(
    console: Console, organiser: Person, tmp_path: Path
) -> None:
    console.box.receive("mug", 5, "Mug")
    assert "The backup is made." in await organiser.press("/o/upkeep/back-up")
    page = (await organiser.browser.get("/o/upkeep")).text
    file = page.split('href="/o/upkeep/backup?file=')[1].split('"')[0]
    answer = await organiser.browser.get(f"/o/upkeep/backup?file={file}")
    copy = tmp_path / "copy.db"
    copy.write_bytes(answer.content)
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM prizes").fetchone() == (1,)
    (row,) = console.actions("backup.downloaded")
    assert row["actor"] == "Olga (staff)"


async def test_a_token_gets_the_backups_that_the_page_shows(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 5, "Mug")
    api = client(console.box.application().for_phones(), **bearer(console.box.token("shelf")))
    made = (await api.post("/api/v1/backups", json={})).json()["backup"]
    (listed,) = (await api.get("/api/v1/backups")).json()["backups"]
    assert (listed["name"], listed["state"]) == (made["name"], "readable")
    assert listed["name"] in (await organiser.browser.get("/o/upkeep")).text

    whole = await api.get(f"/api/v1/backups/{listed['name']}")
    assert len(whole.content) == listed["bytes"]
    rest = await api.get(f"/api/v1/backups/{listed['name']}", headers={"Range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    rows = console.actions("backup.downloaded")
    assert [row["actor"] for row in rows] == ["shelf (token)"] * 2
    assert (await api.get("/api/v1/backups/ledger-2020.db")).status_code == 404
    assert (await api.get("/api/v1/backups/%2e%2e%2fledger.db")).status_code in {404, 422}


async def test_a_sealed_backup_is_not_called_damaged(console: Console, organiser: Person) -> None:
    folder = console.box.parts.config.backup_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger-2026-01-02T03-04-05.678Z.db.sealed").write_bytes(b"sealed")
    said = await organiser.see("/o/upkeep")
    assert "only its key opens it" in said
    assert "damaged" not in said


async def test_a_token_searches_and_verifies_the_trail(console: Console) -> None:
    console.box.receive("mug", 5, "Mug")
    console.box.claim("r-1", "mug")
    api = client(console.box.application().for_phones(), **bearer(console.box.token("reader")))
    found = (await api.get("/api/v1/audit/search?action=claim&limit=1")).json()
    (row,) = found["audit"]
    assert (row["action"], found["next"]) == ("claim.accepted", row["seq"])
    assert "stock" in found["kinds"]
    older = f"/api/v1/audit/search?action=claim&before={row['seq']}"
    assert (await api.get(older)).json()["audit"] == []
    chain = (await api.get("/api/v1/audit/verification")).json()
    assert (chain["holds"], chain["rows"]) == (True, len(console.box.trail()))
    assert (await api.get("/api/v1/notices")).json() == {"ways": []}


@pytest.mark.parametrize("file", ["../ledger.db", "/etc/passwd", "", "no-such.db"])
async def test_only_a_listed_backup_is_a_file(organiser: Person, file: str) -> None:
    answer = await organiser.browser.get("/o/upkeep/backup", params={"file": file})
    assert answer.status_code == 404
    assert "There is no such backup any more." in words_of(answer)


async def test_without_temporal_the_rest_of_the_page_is_there(organiser: Person) -> None:
    said = await organiser.see("/o/upkeep")
    assert "Backups" in said
    assert "No upstream address is configured" in said


async def test_somebody_is_invited_once_and_their_device_is_signed_out(
    console: Console, organiser: Person
) -> None:
    answer = await organiser.browser.post(
        "/o/access/invite", data={"name": "Vera", "role": "viewer"}
    )
    url = next(
        line for line in words_of(answer).split() if line.startswith("http") and "/i/" in line
    )
    vera = console.browser()
    assert "Vera" in words_of(await vera.post(urlsplit(url).path))
    assert (await vera.get("/o")).status_code == 200
    assert url not in await organiser.see("/o/access")

    page = (await organiser.browser.get("/o/access")).text
    session = page.split("Vera")[1].split('name="session" value="')[1].split('"')[0]
    assert "That device is signed out." in await organiser.press("/o/access/end", session=session)
    assert (await vera.get("/o")).status_code == 401


async def test_people_and_tokens_are_narrowed_to_a_task_or_a_checkpoint(
    console: Console, organiser: Person
) -> None:
    gate = {"program": "gate", "role": "attendant", "days": "3", "checkpoint": "entrance"}
    assert "entrance" in await organiser.press("/o/access/token", **gate)
    said = await organiser.press("/o/access/invite", name="Mona", role="attendant", kind="hunt")
    assert "An invitation for Mona" in said
    assert "task hunt" in str(console.actions("staff.invited")[-1]["detail"])
    said = await organiser.press("/o/access/invite", 422, name="Vic", role="viewer", kind="hunt")
    assert "they narrow an attendant" in said


async def test_a_token_is_shown_once_and_revoked(console: Console, organiser: Person) -> None:
    said = await organiser.press("/o/access/token", program="wall", role="viewer", days="3")
    assert "The secret of wall" in said
    assert "The secret of wall" not in await organiser.see("/o/access")
    assert "The token is revoked." in await organiser.press("/o/access/revoke", program="wall")
    assert "revoked" in await organiser.see("/o/access")


async def test_the_trail_is_searched_and_verified(console: Console, organiser: Person) -> None:
    console.box.receive("mug", 5, "Mug")
    console.box.claim("r-1", "mug")
    said = await organiser.see("/o/audit?action=claim")
    assert "claim.accepted" in said
    assert "stock.received" not in said
    assert "Nothing was found." in await organiser.see("/o/audit?text=nobody-of-that-name")
    assert "code: 'x' is not a whole number." in await organiser.see("/o/audit?code=x", 422)
    assert "The chain is intact:" in await organiser.press("/o/audit/verify")


async def test_a_trail_that_somebody_changed_is_called_broken(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 5, "Mug")
    with sqlite3.connect(console.box.parts.config.ledger_file) as ledger:
        ledger.execute("DROP TRIGGER IF EXISTS audit_is_for_ever")
        triggers = ledger.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall()
        for (name,) in triggers:
            ledger.execute(f"DROP TRIGGER {name}")
        ledger.execute("UPDATE audit SET actor = 'somebody' WHERE seq = 1")
    said = await organiser.press("/o/audit/verify", 409)
    assert "The chain is broken: row 1 was changed" in said


@pytest.mark.parametrize("path", ["/o/upkeep", "/o/access", "/o/audit", "/o/print"])
async def test_these_pages_are_the_organisers(console: Console, path: str) -> None:
    person = await console.person(Role.OPERATOR, "Otto")
    assert "Not for your role" in await person.see(path, 403)


OVERHEARD = "Whoever is on the same network can read and change"


async def test_without_tls_an_organiser_reads_what_others_can_read(
    tmp_path: Path, organiser: Person
) -> None:
    assert OVERHEARD not in await organiser.see("/o/access"), "no phone comes to this box"
    folder = tmp_path / "with phones"
    folder.mkdir()
    phones = '[phones]\npublic_url = "http://box-1.local:4399"\n'
    async with live_box(configured(folder, phones)) as box:
        person = await Console(box, box.application().for_tcp()).person()
        assert OVERHEARD in await person.see("/o/access")


async def test_a_picture_leaves_the_ledger_its_room_on_the_disk(
    console: Console, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.box.receive("mug", 5, "Mug")
    monkeypatch.setattr(room, "LEFT_FREE_BYTES", 1 << 62)
    answer = await organiser.browser.post(
        "/o/prizes/mug/picture", files={"picture": ("mug.jpg", b"\xff\xd8 a photo")}
    )
    assert "no room for this just now" in words_of(answer)
