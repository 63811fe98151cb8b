"""The phones' pages over HTTP: what people read on them, and what comes of what they press."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from boxd.ledger import audit, claims, inbox, lockers, lockouts
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.scanned_code import text_to_scan
from boxd.machine_clock import utc_now
from boxd.phones import qr
from tests.phones.conftest import ADDRESS, Phones, words_of
from tests.workflows.event import BOX, until

DIGITS = re.compile(r'class="digits"><span>(\d+)</span><span>(\d+)</span>')
STEP = re.compile(r'name="kind" value="build">\s*<input type="hidden" name="step" value="(\d+)"')


async def code_on(phone: httpx.AsyncClient, link: str) -> str:
    """The code that the attendee's page shows, once it does."""
    found: list[str] = []

    async def is_there() -> bool:
        found.extend("".join(each) for each in DIGITS.findall((await phone.get(f"/a/{link}")).text))
        return bool(found)

    await until(is_there, "the code on the page")
    return found[0]


async def test_scans_of_the_asked_checkpoints_bring_the_code_onto_the_page(phones: Phones) -> None:
    link, phone = await phones.own_link(), phones.phone()
    begun = words_of(await phone.get(f"/a/{link}"))
    assert "Hunt to do Entrance Stage Workshop Scan 2 checkpoints with your camera." in begun
    first = words_of(await phone.get(f"/c/{phones.sign_of('entrance')}"))
    assert "Entrance: counted Hunt under way Scan 1 more checkpoint with your camera." in first
    again = words_of(await phone.get(f"/c/{phones.sign_of('entrance')}"))
    assert "Entrance: already counted" in again
    await phone.get(f"/c/{phones.sign_of('stage')}")
    code = await code_on(phone, link)
    assert len(code) == 8
    page = (await phone.get(f"/a/{link}")).text
    assert qr.svg(text_to_scan(code), "QR code for the box") in page
    shown = words_of(await phone.get(f"/a/{link}"))
    assert "Your code ready" in shown
    assert "Hunt done" in shown
    assert await phones.event.actions("code.shown") == 1

    await phones.event.ledger.write(lambda tx: claimed(tx, phones.event.keys.digest(code)))
    shown = words_of(await phone.get(f"/a/{link}"))
    assert "Your code in use at Left" in shown
    assert "look at the lamps" in shown


def claimed(tx: Transaction, digest: bytes) -> None:
    """The code is typed at the first bay."""
    lockers.declare(tx, [1])
    rule = lockouts.LockoutRule(3, 30.0, 100.0)
    rules = claims.ClaimRules(BOX, [1], rule, lockouts.BootClock("boot", 1.0))
    claims.claim(tx, claims.Claim("r-1", "bay-1", digest, True), rules)


@pytest.mark.parametrize("has_reader", [False])
async def test_at_a_box_without_a_reader_a_code_is_digits_alone(phones: Phones) -> None:
    link, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/a/{link}")
    for place in ("entrance", "stage"):
        await phone.get(f"/c/{phones.sign_of(place)}")
    code = await code_on(phone, link)
    page = await phone.get(f"/a/{link}")
    assert "Type it at the box, then press Enter. Valid until" in words_of(page)
    assert qr.svg(text_to_scan(code), "QR code for the box") not in page.text


async def test_a_phone_that_is_not_known_is_told_what_to_do(phones: Phones) -> None:
    answer = await phones.phone().get(f"/c/{phones.sign_of('entrance')}")
    assert answer.status_code == 403
    words = words_of(answer)
    assert "Entrance: not counted yet" in words
    assert "Scan the QR code on your own sheet or badge" in words
    assert await phones.event.actions("task.scanned") == 0


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
    ids=str,
)
async def test_looking_ahead_counts_nothing(phones: Phones, header: dict[str, str]) -> None:
    phone = phones.phone()
    await phone.get(f"/a/{await phones.own_link()}")
    sign = f"/c/{phones.sign_of('entrance')}"
    assert (await phone.head(sign)).status_code == 204
    assert (await phone.get(sign, headers=header)).status_code == 204
    assert await phones.event.actions("task.scanned") == 0


@pytest.mark.parametrize(
    ("reference", "ending"),
    [("badge-1042", "…1042"), ("ada", "ada"), ("山田 太郎", "…太郎"), ("x" * 30, "…xxxx")],
)
async def test_a_sign_s_page_says_for_whom_it_counted(
    phones: Phones, reference: str, ending: str
) -> None:
    phone = phones.phone()
    await phone.get(f"/a/{await phones.own_link(reference)}")
    for _ in range(2):
        said = words_of(await phone.get(f"/c/{phones.sign_of('entrance')}"))
        assert f"Counted for {ending}. Not you?" in said


async def test_a_phone_that_opened_somebody_else_s_card_stops_earning_for_them(
    phones: Phones,
) -> None:
    phone = phones.phone()
    await phone.get(f"/a/{await phones.own_link('badge-17')}")
    await phone.get(f"/c/{phones.sign_of('entrance')}")
    left = words_of(await phone.post("/c/leave"))
    assert "Scan the QR code on your own sheet or badge" in left
    assert (await phone.get(f"/c/{phones.sign_of('stage')}")).status_code == 403
    assert await phones.event.actions("task.scanned") == 1
    await phone.get(f"/a/{await phones.own_link('badge-18')}")
    assert "Counted for …18." in words_of(await phone.get(f"/c/{phones.sign_of('stage')}"))


async def test_what_is_handed_in_is_judged_refused_handed_in_again_and_approved(
    phones: Phones,
) -> None:
    link, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/a/{link}")
    await phone.get(f"/c/{phones.sign_of('workshop')}")
    handed_in = await phone.post(
        f"/a/{link}/submission", data={"kind": "build", "text": "https://example.org/<b>mine"}
    )
    assert "Build something ready to show Workshop Show your QR code to an attendant." in words_of(
        handed_in
    )
    attendant = await phones.attendant()
    judging = f"/v/{phones.shown_link()}"
    seen = await attendant.get(judging)
    assert "Visited: Workshop" in words_of(seen)
    assert 'href="https://example.org/&lt;b&gt;mine"' in seen.text
    step = STEP.search(seen.text)
    assert step is not None
    form = {"kind": "build", "step": step[1]}
    refused = await attendant.post(
        f"{judging}/verdict", data=form | {"word": "refuse", "reason": "It does not run yet"}
    )
    assert "refused Build something, ada" in words_of(refused)
    assert "Not accepted: It does not run yet. You can try 2 more times." in words_of(
        await phone.get(f"/a/{link}")
    )
    late = await attendant.post(f"{judging}/verdict", data=form | {"word": "approve"})
    assert late.status_code == 409
    assert "look again, then decide" in words_of(late)
    await phone.post(f"/a/{link}/submission", data={"kind": "build", "text": "version 2"})
    seen = await attendant.get(judging)
    assert "version 2" in words_of(seen)
    assert "Refused before: It does not run yet" in words_of(seen)
    step = STEP.search(seen.text)
    assert step is not None
    await attendant.post(
        f"{judging}/verdict", data={"kind": "build", "step": step[1], "word": "approve"}
    )
    await code_on(phone, link)
    rows = await phones.event.ledger.read(lambda c: audit.rows_after(c, 0, 1000))
    actors = {str(row["action"]): row["actor"] for row in rows}
    assert actors["task.approved"] == "Eva (attendant)"
    assert actors["task.scanned"] == "attendee 1 (phone)"


async def test_a_task_that_only_needs_a_word_is_begun_by_it(phones: Phones) -> None:
    link, phone, attendant = await phones.own_link(), phones.phone(), await phones.attendant()
    judging = f"/v/{phones.shown_link()}"
    assert "Demonstration" in words_of(await attendant.get(judging))
    form = {"kind": "demo", "step": "0", "word": "approve"}
    for _ in range(2):  # pressed twice
        await attendant.post(f"{judging}/verdict", data=form)
    await code_on(phone, link)
    assert await phones.event.actions("task.approved") == 1


async def test_an_attendant_gives_a_task_up_that_nobody_will_finish(phones: Phones) -> None:
    link, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/c/{phones.sign_of('workshop')}")
    await phone.get(f"/a/{link}")
    attendant = await phones.attendant()
    judging = f"/v/{phones.shown_link()}"
    form = {"kind": "build", "reason": "she has left"}
    assert (await attendant.post(f"{judging}/give-up", data=form)).status_code == 404
    await phone.get(f"/c/{phones.sign_of('workshop')}")
    assert "Give up …" in words_of(await attendant.get(judging))
    for _ in range(2):  # pressed twice, it counts once
        seen = await attendant.post(f"{judging}/give-up", data=form)
        assert seen.status_code == 200
        assert "Give up …" not in words_of(seen)
    rows = await phones.event.ledger.read(lambda c: audit.rows_after(c, 0, 1000))
    withdrawn = [dict(row) for row in rows if row["action"] == "task.withdrawn"]
    (told,) = withdrawn
    assert told["actor"] == "Eva (attendant)"
    assert isinstance(told["detail"], dict)
    assert told["detail"]["reason"] == "she has left"


async def test_the_last_ten_verdicts_are_told(phones: Phones) -> None:
    attendant = await phones.attendant()
    for number in range(1, 13):
        await phones.own_link(f"badge-{number}")
        form = {"kind": "demo", "step": "0", "word": "refuse", "reason": f"reason {number}"}
        await attendant.post(f"/v/{phones.shown_link(number)}/verdict", data=form)
    words = words_of(await attendant.get("/v"))
    told = re.findall(r"refused Demonstration, badge-(\d+)", words)
    assert told == [str(number) for number in range(12, 2, -1)]
    assert "Eva: reason 12" in words


async def test_what_people_write_is_never_markup(phones: Phones) -> None:
    link, phone = await phones.own_link("<i>ada"), phones.phone()
    attendant = await phones.attendant("<u>Eva")
    form = {"kind": "demo", "step": "0", "word": "refuse", "reason": "<script>alert(1)</script>"}
    seen = await attendant.post(f"/v/{phones.shown_link()}/verdict", data=form)
    own = await phone.get(f"/a/{link}")
    for page in (seen.text, own.text):
        assert "<i>" not in page
        assert "<u>" not in page
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


async def test_each_page_is_one_answer_under_30_kb_that_may_ask_nobody_else(
    phones: Phones,
) -> None:
    link, phone, attendant = await phones.own_link(), phones.phone(), await phones.attendant()
    pages = [
        await phone.get(f"/a/{link}"),
        await phone.get(f"/c/{phones.sign_of('entrance')}"),
        await attendant.get(f"/v/{phones.shown_link()}"),
        await phones.phone().get("/v"),
    ]
    for page in pages:
        assert page.headers["content-encoding"] == "gzip"
        assert len(page.text.encode()) < 30_000
        assert len(gzip.compress(page.content)) < 8_000
        assert not re.search(r'(?:src|href)="(?!/|data:|#|[?]language=)', page.text)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


async def test_a_page_of_elsewhere_presses_no_buttons(phones: Phones) -> None:
    attendant = await phones.attendant()
    await phones.own_link()
    form = {"kind": "demo", "step": "0", "word": "approve"}
    path = f"/v/{phones.shown_link()}/verdict"
    for origin in ("https://evil.example", "null"):
        answer = await attendant.post(path, data=form, headers={"Origin": origin})
        assert answer.status_code == 403
    assert await phones.event.actions("task.approved") == 0
    own = await attendant.post(path, data=form, headers={"Origin": ADDRESS})
    assert own.status_code == 200


async def test_without_the_server_the_pages_are_shown_and_say_to_try_again(
    phones: Phones,
) -> None:
    link, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/a/{link}")
    phones.event.connection.use(None)  # as before the server has started
    assert "Hunt to do" in words_of(await phone.get(f"/a/{link}"))
    scanned = await phone.get(f"/c/{phones.sign_of('entrance')}")
    assert scanned.status_code == 503
    assert "tries again by itself" in words_of(scanned)
    assert 'http-equiv="refresh"' in scanned.text
    phones.event.connection.use(phones.event.client)
    assert "Entrance: counted" in words_of(await phone.get(f"/c/{phones.sign_of('entrance')}"))


async def test_who_needs_a_verdict_alone_asks_for_it_and_waits_in_the_inbox(
    phones: Phones,
) -> None:
    link, phone = await phones.own_link(), phones.phone()
    assert "I am ready: ask for the decision" in words_of(await phone.get(f"/a/{link}"))
    for _twice in range(2):
        asked = await phone.post(f"/a/{link}/ready", data={"kind": "mugs"})
        assert "The attendants see that you are waiting." in words_of(asked)
    waiting = await phones.event.ledger.read(
        lambda c: inbox.waiting_tasks(c, as_text(utc_now()), 10)
    )
    assert waiting == ["mugs.1"]
    too_early = await phone.post(f"/a/{link}/ready", data={"kind": "build"})
    assert too_early.status_code == 409
    assert "something else is missing first" in words_of(too_early).lower()
    assert await phones.event.actions("task.started") == 1


async def test_wrong_forms_are_told_so_and_change_nothing(phones: Phones) -> None:
    link, attendant = await phones.own_link(), await phones.attendant()
    verdict = f"/v/{phones.shown_link()}/verdict"
    for form in (
        {"kind": "demo", "step": "0", "word": "maybe"},
        {"kind": "demo", "step": "soon", "word": "approve"},
        {"kind": "nonsense", "step": "0", "word": "approve"},
        {"kind": "demo", "step": "0", "word": "refuse", "reason": "   "},
        {},
    ):
        assert (await attendant.post(verdict, data=form)).status_code in {409, 422}
    phone = phones.phone()
    submission = f"/a/{link}/submission"
    for form in ({"kind": "build", "text": "  "}, {"kind": "hunt", "text": "x"}, {}):
        assert (await phone.post(submission, data=form)).status_code == 409
    long = {"kind": "build", "text": "x" * 100_000}
    assert (await phone.post(submission, data=long)).status_code == 413
    assert await phones.event.actions("task.submitted") == 0
    assert await phones.event.actions("task.refused") == 0
