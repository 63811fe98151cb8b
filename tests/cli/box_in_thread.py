"""A real box behind its real socket, in a thread: commands wait for it as for a daemon."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import structlog

from boxd.api.server import WebServer
from boxd.config import Config
from boxd.temporal.client import connect
from boxd.temporal.seal import load_seal
from tests.api.daemon import running_daemon
from tests.api.live_box import LiveBox, live_box

T = TypeVar("T")


class LoopInThread:
    """An event loop that runs in a thread until `stop`.

    A command's own words are looked at: what the box logs goes to a file, as a daemon's does.
    """

    def __init__(self, log: Path) -> None:
        self._log = log.open("w")
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(self._log))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.closing = AsyncExitStack()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns, once it has ended in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def stop(self) -> None:
        """End what was put to `closing`, then the loop."""
        self.run(self.closing.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        structlog.reset_defaults()
        self._log.close()


class BoxInThread:
    """A box without a Temporal server, reached by its Unix socket."""

    def __init__(self, config: Config) -> None:
        self._loop = LoopInThread(config.box.state_dir / "boxd.log")
        self.live: LiveBox = self._loop.run(self._start(config))

    async def _start(self, config: Config) -> LiveBox:
        closing = self._loop.closing
        live = await closing.enter_async_context(live_box(config))
        server = WebServer(live.application())
        closing.push_async_callback(server.stop)
        await server.start("127.0.0.1", 0, config.socket_file)
        return live

    def set_health(self, **changes: str) -> None:
        """Change what the box says of its health."""

        async def change() -> None:
            self.live.snapshots.health.change(**changes)

        self._loop.run(change())
        self.settle()

    def unplug(self, device: str) -> None:
        """Pull a device's plug, and wait until the box has noticed."""

        async def pull() -> None:
            self.live.front.unplug(device)
            await self.live.until_shown(
                lambda shown: any(
                    each["name"] == device and each["state"] == "unreachable"
                    for each in shown["devices"]
                )
            )

        self._loop.run(pull())

    def begin_test(self, device: str, actor: str) -> None:
        """Somebody borrows a device to test it."""

        async def begin() -> None:
            self.live.parts.device_tests.begin(actor).borrow(device)

        self._loop.run(begin())
        self.settle()

    def settle(self) -> None:
        """Wait until the snapshot shows all that was committed."""
        self._loop.run(self.live.settled())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns, once it has ended in the box's own loop."""
        return self._loop.run(work)

    def stop(self) -> None:
        self._loop.stop()


class DaemonInThread:
    """The whole daemon, with its Temporal server."""

    def __init__(self, config: Config) -> None:
        self.config_file = config.box.state_dir.parent / "boxd.toml"
        self._config = config
        self._loop = LoopInThread(config.box.state_dir / "boxd.log")
        self.daemon = self._loop.run(self._loop.closing.enter_async_context(running_daemon(config)))

    def ask(self, attendee: str) -> str:
        """Somebody types a code at the left bay: the redemption whose loading is asked for."""

        async def type_code() -> str:
            body = {"attendee": attendee, "actor": "anna"}
            made = (await self.daemon.command.post("/api/v1/codes", json=body)).json()
            await self.daemon.type("bay-1", made["codes"][0]["code"])
            return str((await self.daemon.asked("bay-1"))["redemption"])

        return self._loop.run(type_code())

    def decline(self, redemption: str) -> None:
        """The operator declines what is still open, and nobody is asked any more."""

        async def decline() -> None:
            path = f"/api/v1/redemptions/{redemption}/declined"
            await self.daemon.command.post(path, json={"actor": "anna"})
            await self.daemon.nothing_asked()

        self._loop.run(decline())

    def break_backups(self) -> None:
        """A file stands where the backups' folder should be."""
        self._config.backup_dir.parent.mkdir(exist_ok=True, parents=True)
        self._config.backup_dir.write_text("no folder")

    def pause(self, schedule: str, note: str) -> None:
        """Somebody pauses a schedule, once it is there: a box makes them after its start."""

        async def pause() -> None:
            await self.daemon.answers("/api/v1/schedules")
            client = await connect(self._config.temporal, load_seal(self._config.sealing_key_file))
            await client.get_schedule_handle(f"boxd-box-1-{schedule}").pause(note=note)

        self._loop.run(pause())

    def stop(self) -> None:
        self._loop.stop()
