"""The three ways, each to a real receiver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from boxd.config.notices_schema import MailSecurity
from boxd.ledger.notices import Notice, NoticeKind
from boxd.notices.mail import MailServer, MailWay
from boxd.notices.ntfy import NtfyWay
from boxd.notices.way import NotReached, NotTaken, Way
from boxd.notices.webhook import WebhookWay
from boxd.upstream.client import UpstreamClient
from boxd.upstream.exchange import Peer
from tests.notices.receivers import MailBox, Posts, http_server, mail_server, secret_file
from tests.upstream.conftest import secret_in
from tests.upstream.peer import SECRET

STAFF = Notice(1, "ntc_1", "any", NoticeKind.NOBODY_COMES, "2026-05-02T12:00:00.000Z", "", 0)
THEIRS = replace(STAFF, kind=NoticeKind.CODE_READY, reference="badge-1042", pseudonym="a-3f9d21")
TEXT = "Für Sie: 準備ができました."


@pytest.fixture
def posts() -> Iterator[Posts]:
    made = Posts()
    with http_server(made):
        yield made


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    made = MailBox()
    with mail_server(made):
        yield made


def webhook(posts: Posts, folder: Path) -> WebhookWay:
    return WebhookWay(UpstreamClient(Peer(posts.url, 5, 5), secret_in(folder)), "box-1")


def ntfy(posts: Posts, token_file: Path | None = None) -> NtfyWay:
    return NtfyWay(Peer(posts.url + "staff", 5, 5), posts.url + "fair-", token_file)


def mail(box: MailBox, user: str | None = None, password_file: Path | None = None) -> MailWay:
    server = MailServer("127.0.0.1", box.port, MailSecurity.NONE, user, password_file)
    return MailWay(server, "box@event.example", ["staff@event.example"], lambda: "Prize box")


async def test_a_webhook_is_signed_and_names_the_attendee(posts: Posts, tmp_path: Path) -> None:
    assert await webhook(posts, tmp_path).send(THEIRS, TEXT)
    said = Webhook(SECRET).verify(posts.taken[0].body, posts.taken[0].headers)
    assert said["type"] == "notice.code_ready"
    assert said["id"] == posts.taken[0].headers["idempotency-key"] == "ntc_1"
    assert said["text"] == TEXT
    assert said["attendee"] == {"reference": "badge-1042", "pseudonym": "a-3f9d21"}


async def test_what_the_staff_is_told_names_nobody(posts: Posts, tmp_path: Path) -> None:
    assert await webhook(posts, tmp_path).send(STAFF, TEXT)
    assert posts.taken[0].json["attendee"] is None


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (500, "text/plain", NotReached),
        (429, "text/plain", NotReached),
        (401, "application/json", NotTaken),
        (302, "text/plain", NotTaken),
        (200, "text/html", NotTaken),
    ],
)
async def test_what_is_no_yes(
    status: int, kind: str, error: type[Exception], posts: Posts, tmp_path: Path
) -> None:
    posts.status, posts.kind = status, kind
    for way in (webhook(posts, tmp_path), ntfy(posts)):
        with pytest.raises(error, match=str(status)):
            await way.send(STAFF, TEXT)


async def test_ntfy_has_a_topic_for_the_staff_and_one_for_each_attendee(posts: Posts) -> None:
    for notice in (STAFF, THEIRS):
        assert await ntfy(posts).send(notice, TEXT)
    assert [each.path for each in posts.taken] == ["/staff", "/fair-a-3f9d21"]
    assert posts.taken[0].body.decode() == TEXT
    assert posts.taken[0].headers["x-sequence-id"] == "ntc_1"


async def test_without_topics_of_their_own_attendees_are_told_nothing(posts: Posts) -> None:
    assert not await NtfyWay(Peer(posts.url + "staff", 5, 5), None, None).send(THEIRS, TEXT)
    assert posts.taken == []


async def test_ntfy_with_a_token(posts: Posts, tmp_path: Path) -> None:
    token = secret_file(tmp_path, "tk_1")
    assert await ntfy(posts, token).send(STAFF, TEXT)
    assert posts.taken[0].headers["authorization"] == "Bearer tk_1"
    token.chmod(0o644)
    with pytest.raises(NotTaken, match="chmod 600"):
        await ntfy(posts, token).send(STAFF, TEXT)


async def test_mail_goes_to_the_staff(mail_box: MailBox) -> None:
    assert await mail(mail_box).send(STAFF, TEXT)
    [(to, message)] = mail_box.taken
    assert to == ["staff@event.example"]
    assert message["Message-ID"] == "<ntc_1@event.example>"
    assert str(message["Subject"]).isascii()  # any server takes it
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == TEXT


@pytest.mark.parametrize(
    ("reference", "to"),
    [
        ("ada@event.example", ["ada@event.example"]),
        ("badge-1042", None),
        ("ada@here", None),
        ("", None),
        ("a@b@event.example", None),
        ("ada@event.example, eve@event.example", None),
        ("ada@event.example\r\nBcc: eve@event.example", None),
    ],
)
async def test_mail_to_attendees_whose_reference_is_an_address(
    reference: str, to: list[str] | None, mail_box: MailBox
) -> None:
    is_sent = await mail(mail_box).send(replace(THEIRS, reference=reference), TEXT)
    assert is_sent is (to is not None)
    assert [each for each, _ in mail_box.taken] == ([to] if to else [])


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
async def test_a_mail_server_that_asks_who_it_is(tmp_path: Path) -> None:
    box = MailBox()
    password = secret_file(tmp_path, "open sesame")
    with mail_server(box, asks_who=True):
        assert await mail(box, "box", password).send(STAFF, TEXT)
        password.write_text("wrong")
        with pytest.raises(NotTaken, match="535"):
            await mail(box, "box", password).send(STAFF, TEXT)
    assert len(box.taken) == 1


@pytest.mark.parametrize(("answer", "error"), [("451 later", NotReached), ("554 never", NotTaken)])
async def test_a_mail_server_that_says_no(
    answer: str, error: type[Exception], mail_box: MailBox
) -> None:
    mail_box.refusal = answer
    with pytest.raises(error, match=answer[:3]):
        await mail(mail_box).send(STAFF, TEXT)


async def test_a_mail_server_without_the_protection_that_is_asked_for(mail_box: MailBox) -> None:
    server = MailServer("127.0.0.1", mail_box.port, MailSecurity.STARTTLS)
    with pytest.raises(NotTaken, match="STARTTLS"):
        await MailWay(server, "box@event.example", ["a@b.example"], lambda: "Box").send(STAFF, TEXT)
    assert mail_box.taken == []


async def test_nobody_there(tmp_path: Path) -> None:
    box, posts = MailBox(), Posts()
    with mail_server(box), http_server(posts):
        gone: list[Way] = [mail(box), ntfy(posts), webhook(posts, tmp_path)]
    for way in gone:
        with pytest.raises(NotReached):
            await way.send(STAFF, TEXT)
