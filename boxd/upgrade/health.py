"""The state of the running box, which an upgrade compares before and after."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from boxd.config import Config
from boxd.daemon_socket import SocketConnection
from boxd.errors import BoxdError
from boxd.upgrade import system, units
from boxd.upgrade.ledger_backup import open_redemptions
from boxd.upgrade.release import Release

_ANSWERS_WITHIN_S = 5.0
_BETWEEN_LOOKS_S = 0.25
# A latch that was ordered to open gets its time, and then the operator is asked.
_REDEMPTIONS_WITHIN_S = 20.0
# A device that is not back by this time after a start is missing.
_DEVICES_WITHIN_S = 30.0
# A daemon that died this often will not become ready.
_DEATHS = 3


@dataclass(frozen=True)
class BoxState:
    """The box's state according to its daemon; `why` says what keeps it from being ready.

    `asked` are the redemptions whose question is on the HUD.
    """

    version: str
    is_ready: bool
    why: str
    asked: frozenset[str]


def look(config: Config) -> BoxState:
    """Ask the daemon. Raises BoxdError if it does not answer."""
    try:
        with closing(SocketConnection(config.socket_file, _ANSWERS_WITHIN_S)) as connection:
            connection.request("GET", "/api/v1/status")
            return _seen(json.loads(connection.getresponse().read()))
    except (OSError, HTTPException, ValueError, KeyError) as error:
        raise BoxdError(f"boxd does not answer as it should ({error})") from error


def _seen(told: dict[str, Any]) -> BoxState:
    return BoxState(
        str(told["box"]["boxd"]),
        told["health"]["state"] == "ready",
        str(told["health"]["why"]),
        frozenset(str(prompt["redemption"]) for prompt in told["prompts"]),
    )


def wait_for_ready(config: Config, version: str, patience_s: float) -> BoxState:
    """The state once the box takes codes. Raises BoxdError with the reason if it does not."""
    return _wait(config, version, patience_s, lambda seen: seen.is_ready)


def wait_for_answer(config: Config, version: str, patience_s: float) -> BoxState:
    """The state once the daemon answers, ready or not. Raises BoxdError if it does not answer."""
    return _wait(config, version, patience_s, lambda _: True)


def _wait(
    config: Config, version: str, patience_s: float, will_do: Callable[[BoxState], bool]
) -> BoxState:
    deadline = time.monotonic() + patience_s
    why = "it did not answer"
    while time.monotonic() < deadline:
        try:
            seen = look(config)
            if seen.version == version and will_do(seen):
                return seen
            why = seen.why or f"it answers as {seen.version}"
        except BoxdError as error:
            why = str(error)
        if (deaths := units.deaths("boxd.service")) >= _DEATHS:
            raise BoxdError(f"boxd {version} died {deaths} times; journalctl -u boxd tells why")
        time.sleep(_BETWEEN_LOOKS_S)
    raise BoxdError(f"boxd {version} was not ready within {patience_s:g} s: {why}")


def wait_for_redemptions(config: Config, were_open: tuple[str, ...]) -> None:
    """Wait until each is over or asks its question again. Raises BoxdError naming the others."""
    deadline = time.monotonic() + _REDEMPTIONS_WITHIN_S
    while stuck := set(were_open) & set(open_redemptions(config.ledger_file)) - look(config).asked:
        if time.monotonic() > deadline:
            raise BoxdError(f"open redemptions are not carried on: {', '.join(sorted(stuck))}")
        time.sleep(_BETWEEN_LOOKS_S)


def failing_parts(release: Release) -> tuple[str, ...]:
    """The devices and parts that fail the test that moves nothing."""
    done = system.run_as_box(release.command("devices", "test", "--unattended", "--json"))
    try:
        rows = json.loads(done.stdout)["rows"]
    except (ValueError, KeyError) as error:
        raise BoxdError(f"the devices could not be tested: {done.stderr.strip()}") from error
    return tuple(
        f"{row['device']} {row['part']}".strip() for row in rows if row["result"] == "failed"
    )


def wait_for_devices(release: Release, known: tuple[str, ...]) -> None:
    """Wait until only `known` parts fail. Raises BoxdError naming what does not work."""
    deadline = time.monotonic() + _DEVICES_WITHIN_S
    while worse := sorted(set(failing_parts(release)) - set(known)):
        if time.monotonic() > deadline:
            raise BoxdError(f"what worked before does not work any more: {', '.join(worse)}")
        time.sleep(_BETWEEN_LOOKS_S)
