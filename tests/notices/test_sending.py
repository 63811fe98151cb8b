"""From the transaction that a notice tells of to the phone, past outages and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from boxd.config.notices_schema import MailSecurity
from boxd.config.schema import Temporal
from boxd.ledger import alarms, attendees, notices
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.notice_settings import NoticeSettings
from boxd.ledger.notices import NoticeKind
from boxd.notices.mail import MailServer, MailWay
from boxd.notices.ntfy import NtfyWay
from boxd.notices.sender import NoticeSender
from boxd.notices.way import Way
from boxd.temporal.client import connect
from boxd.temporal.worker import create_worker
from boxd.upstream.backoff import Backoff
from boxd.upstream.exchange import Peer
from boxd.workflows.notices.activities import NoticeActivities
from boxd.workflows.notices.messages import notices_workflow_id
from boxd.workflows.notices.service import NoticeService
from boxd.workflows.notices.workflow import NoticesWorkflow
from boxd.workflows.server_connection import ServerConnection
from tests.histories.opening import opened_history
from tests.notices.receivers import MailBox, Posts, http_server, mail_server
from tests.temporal.conftest import directory, made, serving, settings
from tests.workflows.event import SEAL, until

__all__ = ["directory", "made", "settings"]

BOX = "box-1"
HOUR = timedelta(hours=1)
QUICK = Backoff(0.01, 0.05)
ALL = frozenset(NoticeKind)
RECORDED = Path(__file__).parent / "histories" / "retried_and_sent.json"


@dataclass
class Teller:
    """A box's side: its ledger, and who sends its notices by mail and ntfy."""

    ledger: Ledger
    settings: NoticeSettings
    sender: NoticeSender

    async def alarm(self, kind: str, subject: str) -> None:
        await self.ledger.write(lambda tx: alarms.raise_alarm(tx, kind, subject, f"{subject}!"))

    async def standing(self, way: str) -> notices.WayStanding:
        [found] = await self.ledger.read(lambda c: notices.standing(c, [way]))
        return found

    async def until_done(self) -> None:
        async def is_done() -> bool:
            return await self.sender.round() is None

        await until(is_done, "all notices to be sent")


def teller(
    folder: Path,
    mail_box: MailBox,
    posts: Posts,
    kinds: frozenset[str] = ALL,
    good_for: timedelta = HOUR,
) -> Teller:
    noted = NoticeSettings(kinds, ("mail", "ntfy"))
    ledger = Ledger(folder / "ledger.db", notices=noted)
    server = MailServer("127.0.0.1", mail_box.port, MailSecurity.NONE)
    ways: dict[str, Way] = {
        "mail": MailWay(server, "box@event.example", ["staff@event.example"], lambda: "Prize box"),
        "ntfy": NtfyWay(Peer(posts.url + "staff", 5, 5), posts.url + "fair-", None),
    }
    return Teller(ledger, noted, NoticeSender(ledger, ways, good_for, QUICK))


def texts(mail_box: MailBox) -> list[str]:
    return [str(message.get_payload()).strip() for _, message in mail_box.taken]


async def test_the_staff_is_told_of_its_alarms_and_of_no_others(tmp_path: Path) -> None:
    mail_box, posts = MailBox(), Posts()
    with mail_server(mail_box), http_server(posts):
        box = teller(tmp_path, mail_box, posts)
        for kind in ("nobody_comes", "sold_out", "disk_nearly_full"):
            await box.alarm(kind, kind)
        await box.until_done()
    assert texts(mail_box) == ["nobody_comes!", "sold_out!"]
    assert [each.body for each in posts.taken] == [b"nobody_comes!", b"sold_out!"]
    assert (await box.standing("mail")).sent == 2
    box.ledger.close()


async def test_a_kind_that_is_switched_off_is_not_told(tmp_path: Path) -> None:
    mail_box, posts = MailBox(), Posts()
    with mail_server(mail_box), http_server(posts):
        box = teller(tmp_path, mail_box, posts, frozenset({NoticeKind.SOLD_OUT}))
        await box.alarm("nobody_comes", "r-1")
        await box.alarm("sold_out", "mug")
        await box.until_done()
    assert texts(mail_box) == ["mug!"]
    box.ledger.close()


async def test_a_way_that_is_down_holds_no_other_and_loses_nothing(tmp_path: Path) -> None:
    mail_box, posts = MailBox(), Posts()
    with http_server(posts):
        with mail_server(mail_box):
            box = teller(tmp_path, mail_box, posts)
        await box.alarm("sold_out", "mug")
        await box.sender.round()
        assert len(posts.taken) == 1
        assert (await box.standing("mail")).waiting == 1
        assert "does not answer" in (await box.standing("mail")).why
        with mail_server(mail_box):
            await box.until_done()
    assert texts(mail_box) == ["mug!"]
    assert len(posts.taken) == 1
    box.ledger.close()


async def test_a_way_that_refuses_is_an_alarm_until_it_takes_one(tmp_path: Path) -> None:
    mail_box, posts = MailBox(), Posts()
    with mail_server(mail_box), http_server(posts):
        box = teller(tmp_path, mail_box, posts)
        posts.status = 401
        await box.alarm("sold_out", "mug")
        await box.sender.round()
        active = await box.ledger.read(alarms.active)
        assert ("notices", "ntfy") in {(each["kind"], each["subject"]) for each in active}
        posts.status = 200
        await box.until_done()
        active = await box.ledger.read(alarms.active)
    assert {each["kind"] for each in active} == {"sold_out"}
    assert texts(mail_box) == ["mug!"]
    box.ledger.close()


async def test_what_is_too_late_is_given_up(tmp_path: Path) -> None:
    mail_box, posts = MailBox(), Posts()
    with mail_server(mail_box), http_server(posts):
        box = teller(tmp_path, mail_box, posts, good_for=timedelta(0))
        await box.alarm("sold_out", "mug")
        await box.until_done()
    assert mail_box.taken == []
    assert (await box.standing("mail")).given_up == 1
    box.ledger.close()


async def test_the_forgotten_are_told_nothing(tmp_path: Path) -> None:
    mail_box, posts = MailBox(), Posts()
    with mail_server(mail_box), http_server(posts):
        box = teller(tmp_path, mail_box, posts)

        def note(tx: Transaction) -> None:
            number = attendees.number_of(tx, "ada@event.example")
            notices.note_code(tx, number)
            tx.connection.execute("UPDATE attendees SET reference = NULL, folded = NULL")

        await box.ledger.write(note)
        await box.until_done()
    assert mail_box.taken == []
    box.ledger.close()


@asynccontextmanager
async def at_work(box: Teller, settings: Temporal, folder: Path) -> AsyncIterator[NoticeService]:
    """The workflow at a real server, with its worker and what signals it."""
    async with serving(settings, folder):
        client = await connect(settings, SEAL)
        connection = ServerConnection()
        connection.use(client)
        service = NoticeService(connection, BOX, box.settings, box.sender)
        box.ledger.on_commit = service.committed
        activities = NoticeActivities(box.sender).all()
        async with create_worker(client, BOX, [NoticesWorkflow], activities):
            signalling = asyncio.create_task(service.run())
            await service.look()
            yield service
            signalling.cancel()


async def test_restarts_neither_lose_nor_double(directory: Path, settings: Temporal) -> None:
    mail_box, posts = MailBox(), Posts()
    with http_server(posts), mail_server(mail_box):
        pass  # both have their ports, and nobody is there
    box = teller(directory, mail_box, posts)
    async with at_work(box, settings, directory):
        await box.alarm("sold_out", "mug")

        async def has_failed() -> bool:
            return bool((await box.standing("mail")).why)

        await until(has_failed, "the first failure")
    await box.alarm("nobody_comes", "r-1")  # nobody signals that
    box.ledger.close()

    box = teller(directory, mail_box, posts)
    with mail_server(mail_box):
        async with at_work(box, settings, directory):

            async def are_sent() -> bool:
                return (await box.standing("mail")).sent == 2

            await until(are_sent, "both mails")
            client = await connect(settings, SEAL)
            handle = client.get_workflow_handle(notices_workflow_id(BOX))
            history = opened_history((await handle.fetch_history()).to_json(), SEAL)
    assert sorted(texts(mail_box)) == ["mug!", "r-1!"]
    await replayed(history)
    box.ledger.close()


async def replayed(history: str) -> None:
    """Raises the error of a history that the present workflow would not have made."""
    replayer = Replayer(workflows=[NoticesWorkflow])
    await replayer.replay_workflow(WorkflowHistory.from_json(notices_workflow_id(BOX), history))


async def test_a_recorded_history_replays() -> None:
    await replayed(RECORDED.read_text(encoding="utf-8"))
