"""The gateway as a program: `python -m boxd.gateway FD`, its settings as JSON in that descriptor.

`boxd phones` and the daemon make the settings. A daemon with other settings is right: then this
program begins again with those.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
from contextlib import suppress
from typing import NoReturn

from boxd.gateway.crowd import MOST
from boxd.gateway.listener import Gateway
from boxd.gateway.log import log, log_failed_task
from boxd.gateway.settings import GatewaySettings
from boxd.gateway.starting import command_line, settings_in_memory
from boxd.service.notify import ALIVE, READY, Notifier, status, watchdog_s

_OWN_DESCRIPTORS = 256  # streams to the daemon, and its own files
_DESCRIPTORS = 2 * MOST + _OWN_DESCRIPTORS
_NICE = 5  # what moves latches goes first


def main(descriptor: int) -> None:
    """Run until SIGTERM or Ctrl-C."""
    notifier = Notifier.of_this_process()
    with os.fdopen(descriptor, encoding="utf-8") as told:
        settings = GatewaySettings.from_json(told.read())
    most = min(MOST, _descriptors() - _OWN_DESCRIPTORS)
    with suppress(OSError):
        os.nice(_NICE)
    gc.freeze()
    other = asyncio.run(_serve(settings, most, notifier))
    if other is not None:
        become_gateway(other, notifier)


async def _serve(settings: GatewaySettings, most: int, notifier: Notifier) -> str | None:
    """Serve; returns the daemon's settings if those are other ones."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_failed_task)
    ending: asyncio.Future[str | None] = loop.create_future()

    def end(other: str | None = None) -> None:
        if not ending.done():
            ending.set_result(other)

    def compare(told: str) -> None:
        if not gateway.take(GatewaySettings.from_json(told)):
            end(told)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    gateway = Gateway(settings, most)
    notifier.tell(READY, status(f"for phones: {settings.address}"))
    work = [
        asyncio.create_task(each)
        for each in (
            gateway.link.keep(compare),
            gateway.keep_listening(),
            gateway.keep_saying(),
            _feed_watchdog(notifier),
        )
    ]
    for each in work:
        each.add_done_callback(lambda _: end())
    try:
        return await ending
    finally:
        gateway.close()
        for each in work:
            each.cancel()
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("phones.crashed", why=repr(result))


async def _feed_watchdog(notifier: Notifier) -> None:
    longest_s = watchdog_s()
    while True:
        notifier.tell(ALIVE)
        await asyncio.sleep((longest_s or 60) / 4)


def become_gateway(settings: str, notifier: Notifier) -> NoReturn:
    """Let this process be a gateway with these settings."""
    descriptor = settings_in_memory(settings)
    os.environ.update(notifier.environment())
    command = command_line(descriptor)
    os.execv(command[0], command)  # noqa: S606 - boxd's own words, and no shell is wanted


def _descriptors() -> int:
    """How many descriptors there are, after this process asked for as many as a crowd takes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, _DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted
