"""The listeners: TCP on loopback for pages, a Unix socket for commands, one for the gateway.

The daemon handles the signals and the order of the stop; the servers only listen and end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from boxd.api.app import Application
from boxd.computer_trouble import lacking
from boxd.errors import ConfigError
from boxd.unix_sockets import LONGEST_NAME, bind
from boxd.web.behind_gateway import OwnUserOnly
from boxd.web.bounded_listener import BoundedListener

SOCKET_MODE = 0o660  # members of the box's group may use the commands
GATEWAY_SOCKET_MODE = 0o600
GATEWAY_KEEPS_S = 75  # longer than the gateway keeps a connection that it does not use
# So many connections to loopback at once: whoever opens more loses the oldest ones, and what the
# daemon needs for itself is there.
MOST_ON_LOOPBACK = 256
LAST_REQUESTS_S = 2  # a request that takes longer than this is cut at the stop


class ListeningServer(uvicorn.Server):
    """A server that does not touch the process's signals, and reports when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """See base class; touches none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See base class."""
        await super().startup(sockets)
        self.listening.set()


class WebServer:
    """The listeners, from `start` to `stop`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._running: list[tuple[ListeningServer, asyncio.Task[None]]] = []
        self._socket_paths: list[Path] = []
        self.port = 0

    async def start(self, host: str, port: int, socket_path: Path | None) -> None:
        """Listen; returns when both listeners accept connections.

        Raises ConfigError if an address is not available.
        """
        with ExitStack() as bound:
            tcp = bound.enter_context(bind_tcp("web", host, port))
            unix = (
                bound.enter_context(_bind_unix(socket_path, SOCKET_MODE)) if socket_path else None
            )
            bound.pop_all()
        self.port = tcp.getsockname()[1]
        loopback = BoundedListener.of(tcp, MOST_ON_LOOPBACK)
        await self._listen(ListeningServer(server_settings(self._application.for_tcp())), loopback)
        if unix is not None and socket_path is not None:
            self._socket_paths.append(socket_path)
            await self._listen(
                ListeningServer(server_settings(self._application.for_socket())), unix
            )

    async def listen_to_gateway(self, socket_path: Path) -> None:
        """Open the listener for the booth's network: a socket for the gateway alone.

        Raises ConfigError if it can't be made.
        """
        with ExitStack() as bound:
            unix = bound.enter_context(_bind_unix(socket_path, GATEWAY_SOCKET_MODE))
            bound.pop_all()
        app = self._application.for_phones()
        server = ListeningServer(server_settings(app, timeout_keep_alive=GATEWAY_KEEPS_S))
        await self._listen(server, OwnUserOnly.of(unix))
        self._socket_paths.append(socket_path)

    async def stop(self) -> None:
        """End the event streams, let running requests finish, close the listeners."""
        self._application.streams.close()
        self._application.phone_streams.close()
        for server, _ in self._running:
            server.should_exit = True
        for _, task in self._running:
            await task
        self._running.clear()
        for path in self._socket_paths:
            path.unlink(missing_ok=True)
        self._socket_paths.clear()

    async def _listen(self, server: ListeningServer, bound: socket.socket) -> None:
        task = asyncio.create_task(server.serve([bound]), name=f"web {bound.getsockname()}")
        self._running.append((server, task))
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if task.done():
            task.result()


def _is_true_here(record: logging.LogRecord) -> bool:
    """A stranger's upgrade request is a warning; uvicorn's advice to install a library is none."""
    return not record.getMessage().startswith("No supported WebSocket library")


def server_settings(app: ASGIApp, **more: Any) -> uvicorn.Config:
    """How every listener of boxd serves; `more` are settings of uvicorn's."""
    logging.getLogger("uvicorn.error").addFilter(_is_true_here)
    return uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
        proxy_headers=False,
        **more,
    )


def bind_tcp(section: str, host: str, port: int) -> socket.socket:
    """A socket bound for the section `section`; raises ConfigError if the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio turns off Nagle's algorithm: with it replies are 40 ms late.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"{section}: {host}:{port} can't be listened on ({error.strerror}); stop the program "
            f"that has it (ss -ltnp shows which), or set another {section}.port"
        ) from error
    return bound


def _bind_unix(path: Path, mode: int) -> socket.socket:
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        raise ConfigError(
            f"web.socket: '{path.name}' is too long for a Unix socket ({LONGEST_NAME} bytes at "
            "most); set web.socket to a shorter name"
        )
    try:
        return bind(path, mode)
    except OSError as error:
        if lacking(error):
            raise
        raise ConfigError(
            f"web.socket: {path} can't be made ({error.strerror}); make its directory and let "
            "boxd's user write there"
        ) from error
