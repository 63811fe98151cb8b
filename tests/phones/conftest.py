"""An event with the phones' pages before it: the real ledger and server, asked over HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from html import unescape
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from boxd.config.schema import Temporal
from boxd.ledger import attendees
from boxd.phones.answering import SiteInfo, respond_to_error
from boxd.phones.attendant_routes import AttendantPages
from boxd.phones.attendee_routes import AttendeePages
from boxd.phones.attendee_service import AttendeeService
from boxd.phones.links import Signer, attendee_link, checkpoint_link, shown_link
from boxd.phones.pin import Pin
from boxd.phones.staff_routes import StaffPages
from boxd.phones.verdict_service import VerdictService
from boxd.pictures import photo
from boxd.pictures.store import PictureStore
from boxd.staff.service import StaffRules, StaffService
from boxd.web.host_check import OwnPagesOnly, SecurityHeaders
from boxd.workflows.tasks.photo_service import PhotoService
from tests.temporal.conftest import directory, made, settings
from tests.workflows.event import BOX, Event, held

__all__ = ["directory", "made", "settings"]

ADDRESS = "http://box-1.local:4322"
PIN = "271828"
KEY = b"k" * 32


@dataclass
class Phones:
    """The event, its links, and the application that phones reach."""

    event: Event
    app: Starlette
    signer: Signer
    staff: StaffService

    async def own_link(self, reference: str = "ada") -> str:
        """The link of an attendee, known from now on."""
        number = await self.event.ledger.write(lambda tx: attendees.number_of(tx, reference))
        who = await self.event.ledger.read(lambda c: attendees.find(c, number))
        return self.signer.sign(attendee_link(number, who.link_generation))

    def sign_of(self, checkpoint: str, generation: int = 0) -> str:
        return self.signer.sign(checkpoint_link(checkpoint, generation))

    def shown_link(self, number: int = 1, generation: int = 0) -> str:
        """What an attendee's QR code ends in."""
        return self.signer.sign(shown_link(number, generation))

    def phone(self, address: str = "10.0.0.7") -> httpx.AsyncClient:
        """A phone with a browser of its own."""
        transport = httpx.ASGITransport(self.app, client=(address, 50000))
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, follow_redirects=True)

    async def attendant(self, name: str = "Eva") -> httpx.AsyncClient:
        """A phone whose owner has entered the PIN."""
        phone = self.phone("10.0.0.99")
        entered = await phone.post("/v/enter", data={"name": name, "pin": PIN, "link": ""})
        assert "Scan an attendee's QR code" in words_of(entered)
        return phone


def words_of(answer: httpx.Response) -> str:
    """What can be read on a page."""
    visible = re.sub(r"<(style|script|svg)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return " ".join(unescape(visible).split())


@pytest.fixture
def has_reader() -> bool:
    """Whether a code may be held before a scanner at the box."""
    return True


@pytest.fixture
async def phones(
    directory: Path, settings: Temporal, has_reader: bool, tmp_path: Path
) -> AsyncIterator[Phones]:
    async with held(directory, settings) as event:
        await event.stock("mug", 5)
        signer = Signer(KEY, BOX)
        store = PictureStore(tmp_path / "photos", photo.WORK)
        photos = PhotoService(event.ledger, event.service, store)
        service = AttendeeService(event.ledger, event.service, photos, event.keys, signer)
        pin = Pin(PIN, signer.derived_key("pin"))
        staff = StaffService(event.ledger, StaffRules(days=14), lambda: ADDRESS)
        attendants = VerdictService(event.ledger, event.service, service, signer, pin, staff)
        place = SiteInfo(
            lambda: "Prize box",
            lambda: ADDRESS,
            has_reader=has_reader,
            bays={"bay-1": "Left"},
        )
        routes = [
            *AttendeePages(service, place).routes(),
            *AttendantPages(attendants, place).routes(),
            *StaffPages(staff, place).routes(),
        ]
        middleware = [
            Middleware(SecurityHeaders, forms="'self'"),
            Middleware(
                OwnPagesOnly, address=lambda: ADDRESS, respond=partial(respond_to_error, place)
            ),
        ]
        yield Phones(event, Starlette(routes=routes, middleware=middleware), signer, staff)
