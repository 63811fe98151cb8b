"""A real box behind the real application, reached as the HUD and the commands reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.config import Config
from tests.api.live_box import LiveBox, configured, live_box


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path)


@pytest.fixture
async def box(config: Config) -> AsyncIterator[LiveBox]:
    async with live_box(config) as box:
        yield box


@pytest.fixture
def application(box: LiveBox) -> Application:
    return box.application()


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


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "boxd.sock"


@pytest.fixture
async def server(application: Application, socket_path: Path) -> AsyncIterator[WebServer]:
    server = WebServer(application)
    await server.start("127.0.0.1", 0, socket_path)
    yield server
    await server.stop()
