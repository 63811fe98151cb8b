"""A box in memory behind the real application, reached as the HUD and the commands reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from boxd.web.app import Application
from tests.web.double import BoxDouble, FrontDouble


@pytest.fixture
def box() -> BoxDouble:
    return BoxDouble()


@pytest.fixture
def front() -> FrontDouble:
    return FrontDouble()


@pytest.fixture
def application(box: BoxDouble, front: FrontDouble) -> Application:
    return Application(box, front, hosts=("box-1.local",))


@pytest.fixture
async def tcp(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the TCP listener."""
    transport = httpx.ASGITransport(application.for_tcp(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:4321") as client:
        yield client


@pytest.fixture
async def socket(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the Unix socket's listener."""
    transport = httpx.ASGITransport(application.for_socket(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://boxd") as client:
        yield client
