"""The phones' network of a box: the real gateway, in a process of its own, before a real daemon."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.config import Config
from boxd.config.phones_schema import Phones
from boxd.daemon.phones_gateway import PhonesGateway
from boxd.gateway.settings import USUAL, Deadlines
from tests.api.live_box import LiveBox
from tests.ports import free_ports
from tests.temporal.conftest import until

HOST = "127.0.0.1"
DEADLINE_S = 60


@dataclass
class Network:
    """A gateway that serves, and the daemon's side of it."""

    url: str
    port: int
    gateway: PhonesGateway
    config: Config

    @property
    def process(self) -> int:
        """The gateway's process; 0 while there is none."""
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return next((int(each) for each in children if is_gateway(each)), 0)

    def kill(self) -> None:
        os.kill(self.process, signal.SIGKILL)


def is_gateway(process: str) -> bool:
    """Whether the process is a gateway; one that is starting is not yet."""
    with suppress(OSError):
        return b"boxd.gateway" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def configured_for_phones(config: Config, **phones: object) -> Config:
    """The configuration with a listener for phones, at a port of its own."""
    port = free_ports(1)[0]
    scheme = "https" if "tls_cert_file" in phones else "http"
    own = {"enabled": True, "host": HOST, "port": port, "public_url": f"{scheme}://{HOST}:{port}"}
    return config.model_copy(update={"phones": Phones.model_validate({**own, **phones})})


@asynccontextmanager
async def phones_network(
    box: LiveBox,
    made: Application | None = None,
    deadlines: Deadlines = USUAL,
    **phones: object,
) -> AsyncIterator[Network]:
    """The box's network for phones, with these settings; returns when phones are served."""
    config = configured_for_phones(box.parts.config, **phones)
    server = WebServer(made or box.application(**phones))
    gateway = PhonesGateway(
        config,
        server,
        box.ledger,
        str(config.phones.public_url),
        box.parts.label.shown,
        deadlines,
    )
    box.phones.read_at = lambda: gateway.link.epoch
    keeping = asyncio.create_task(gateway.keep())
    network = Network(str(config.phones.public_url), config.phones.port, gateway, config)
    try:
        await until(lambda: is_open(network.port) and gateway.link.is_up, "the gateway")
        yield network
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await server.stop()


def is_open(port: int) -> bool:
    """Whether somebody listens there, without a connection that would count."""
    wanted = f":{port:04X} 00000000:0000 0A"
    return wanted in Path("/proc/net/tcp").read_text()
