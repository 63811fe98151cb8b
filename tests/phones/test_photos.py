"""Photos that attendees hand in: small, nameless, one for each task, gone with their attendee."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image

from boxd.ledger import backup, erasure, task_publishing
from boxd.ledger.backup import BackupRules
from boxd.ledger.ledger import Transaction
from boxd.machine_clock import utc_now
from boxd.organiser.erasing import Erasing
from boxd.phones.photo_form import LARGEST_BYTES
from boxd.pictures import photo
from boxd.pictures.store import PictureStore
from boxd.task import Demand, TaskKind
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.photo_service import PhotoService
from tests.phones.conftest import Phones, words_of
from tests.pictures.test_pictures import photo as taken

SELFIE = TaskKind("selfie", "Selfie", submission=Demand.PHOTO, verdict=True)


@pytest.fixture
async def link(phones: Phones) -> str:
    """An attendee's link, where a photo is asked for."""

    def publish(tx: Transaction) -> None:
        task_publishing.publish(tx, SELFIE, [], None, "anna")

    await phones.event.ledger.write(publish)
    return await phones.own_link()


async def hand_in(phone: httpx.AsyncClient, link: str, raw: bytes) -> httpx.Response:
    files = {"photo": ("IMG_0001.JPG", raw, "image/jpeg")}
    return await phone.post(f"/a/{link}/photo", data={"kind": "selfie"}, files=files)


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "photos").glob("*"))


async def test_the_latest_photo_is_kept_small_and_shown_to_attendee_and_attendant(
    phones: Phones, link: str, tmp_path: Path
) -> None:
    phone = phones.phone()
    assert "Submit a photo." in words_of(await phone.get(f"/a/{link}"))
    said = await hand_in(phone, link, taken(4000, 3000))
    assert "Your photo was submitted." in words_of(said)
    (first,) = kept(tmp_path)
    assert b"camera" not in first.read_bytes()
    shown = await phone.get(f"/a/{link}/photo/selfie")
    assert shown.headers["cache-control"] == "no-store"
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.size == (photo.SIDE, photo.SIDE * 3 // 4)

    await hand_in(phone, link, taken(300, 500))
    (second,) = kept(tmp_path)
    assert second != first

    eva = await phones.attendant()
    judging = (await eva.get(f"/v/{phones.shown_link()}")).text
    assert 'src="/o/inbox/photo/selfie.1?' in judging
    assert second.stem not in judging


async def test_a_forgotten_attendee_s_photo_is_gone(
    phones: Phones, link: str, tmp_path: Path
) -> None:
    await hand_in(phones.phone(), link, taken())
    (file,) = kept(tmp_path)
    raw, rules = file.read_bytes(), BackupRules(tmp_path / "backups", keep=3, keep_days=1)
    backup.make(phones.event.ledger.file, rules, utc_now)
    copies = [each for each in rules.directory.rglob("*") if each.is_file()]
    assert copies and not any(raw in each.read_bytes() for each in copies), "a photo in a backup"
    store = PictureStore(tmp_path / "photos", photo.WORK)
    photos = PhotoService(phones.event.ledger, phones.event.service, store)
    histories = ErasingService(ServerConnection(), phones.event.ledger, "box-1")
    done = await Erasing(phones.event.ledger, histories, photos).forget(["ada"], "anna")
    assert (done.count, done.histories_left) == (1, 1)  # the server is not asked here
    assert kept(tmp_path) == []
    assert await phones.event.ledger.read(lambda c: erasure.remembered(c, 9)) == []


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "Choose or take a photo first."),
        (b"no photo", "This picture can't be read. Choose a photo as JPEG, PNG or WebP."),
        (bytes(LARGEST_BYTES), "This photo is larger than 8 MB. Choose a smaller one"),
    ],
    ids=["none", "text", "too large"],
)
async def test_what_is_no_photo_for_a_box_is_refused_in_words(
    phones: Phones, link: str, tmp_path: Path, raw: bytes, why: str
) -> None:
    answer = await hand_in(phones.phone(), link, raw)
    assert answer.status_code == 422
    assert why in words_of(answer)
    assert kept(tmp_path) == []


async def test_a_photo_that_nobody_brought_is_not_handed_in(phones: Phones, link: str) -> None:
    phone = phones.phone()
    for text in ("a cat", "0" * 64):
        answer = await phone.post(f"/a/{link}/submission", data={"kind": "selfie", "text": text})
        assert answer.status_code == 409
        assert "A photo is to be handed in; take one." in words_of(answer)
