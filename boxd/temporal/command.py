"""The embedded server's command line and environment: every flag, and its reason."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boxd.config.schema import Temporal
    from boxd.temporal.settings import ServerSettings


LOOPBACK = "127.0.0.1"  # the server skips security checks by design
SEARCH_ATTRIBUTES = ("BoxdBay", "BoxdBox", "BoxdHolder", "BoxdLocker", "BoxdPrize", "BoxdState")

# No browser can be led to this name, by a form or by DNS: nothing of .invalid is ever found. The
# server's HTTP API would otherwise take orders from every page that is open on this machine.
HTTP_API_HOST = "boxd.invalid"

DYNAMIC_CONFIG: Mapping[str, str] = {
    "frontend.httpAllowedHosts": f'["{HTTP_API_HOST}"]',
    # Without these two every hop between server and worker waits for a 50 ms tick.
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    # After the clock jumped ahead it keeps sleeping until the next timer that it knew, five minutes
    # at most. Looking more often finds the next timer, and writes nothing.
    "history.timerProcessorMaxPollInterval": '"10s"',
    # The server keeps the state of 128,000 workflows for an hour, and 256 MB of their events. Its
    # garbage collector then works through ever more: 54 ms of CPU for a redemption at first, 352
    # ms after a thousand. With these two it stays at 50 ms.
    "history.hostLevelCacheMaxSize": "64",
    "history.eventsHostLevelCacheMaxSizeBytes": "1048576",
    # Tasks that are done are kept until they are acknowledged, and after a kill a new one waits
    # behind all of them: for 22 s behind a thousand redemptions.
    "history.transferProcessorUpdateAckInterval": '"30s"',
    "history.timerProcessorUpdateAckInterval": '"30s"',
    "history.visibilityProcessorUpdateAckInterval": '"30s"',
    "history.outboundProcessorUpdateAckInterval": '"30s"',
    "history.archivalProcessorUpdateAckInterval": '"30s"',
    # Bookmarks that would be written every few seconds, for ever, while nothing happens.
    "history.shardUpdateMinInterval": '"1h"',
    "matching.updateAckInterval": '"10m"',
    # A workflow whose task has failed twice is found by one query, and begun again.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2",
    # Whoever made a deployment of his own and called it current got every task of the box's queues.
    "system.enableDeploymentVersions": "false",
    # One worker needs no partitions; each partition has a lease to renew.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}

MAKING_PRAGMAS: Mapping[str, str] = {
    # Can only be set while the file is made, and never in WAL mode: see docs/adr/0010.
    "page_size": "512",
    "synchronous": "off",  # an incomplete file is thrown away; it is synced before it gets its name
}

SERVING_PRAGMAS: Mapping[str, str] = {
    "journal_mode": "wal",
    # A power cut may take the last commits: progress that the ledger knows, and that it gives back
    # at the start. See docs/adr/0010.
    "synchronous": "normal",
    "wal_autocheckpoint": "40000",  # in pages of 512 bytes: the log has at most about 20 MiB
}


@dataclass(frozen=True)
class Ports:
    """The ports that the server listens on; `ui` is None if it serves no pages.

    `pages_at` is the address of those pages; the rest listens on 127.0.0.1.
    """

    grpc: int
    http: int
    metrics: int
    ui: int | None
    pages_at: str = LOOPBACK

    def named(self) -> dict[str, int]:
        """Every port by the name of its setting."""
        ports = {
            "temporal.port": self.grpc,
            "temporal.http_port": self.http,
            "temporal.metrics_port": self.metrics,
        }
        return ports if self.ui is None else {**ports, "temporal.ui_port": self.ui}


def configured_ports(settings: Temporal | ServerSettings) -> Ports:
    """The ports in the configuration."""
    return Ports(
        grpc=settings.port,
        http=settings.http_port,
        metrics=settings.metrics_port,
        ui=settings.ui_port if settings.ui else None,
    )


def server_command(
    binary: Path, database: Path, ports: Ports, pragmas: Mapping[str, str], namespace: str
) -> list[str]:
    """The command that serves `database` on loopback, with every option given."""
    command = [str(binary), "server", "start-dev"]
    command += ["--db-filename", str(database), "--ip", LOOPBACK, "--port", str(ports.grpc)]
    command += ["--http-port", str(ports.http), "--metrics-port", str(ports.metrics)]
    if ports.ui is None:
        command += ["--headless"]
    else:
        command += ["--ui-ip", ports.pages_at, "--ui-port", str(ports.ui)]
    command += ["--log-level", "warn", "--log-format", "json"]
    command += ["--namespace", namespace]
    command += _repeated("--sqlite-pragma", pragmas)
    command += _repeated("--dynamic-config-value", DYNAMIC_CONFIG)
    # Nobody deletes the namespace, with every workflow in it.
    command += ["--dynamic-config-value", f"worker.protectedNamespaces={json.dumps([namespace])}"]
    return command + _repeated("--search-attribute", dict.fromkeys(SEARCH_ATTRIBUTES, "Keyword"))


def server_environment(memory_mib: int, home: Path) -> dict[str, str]:
    """The server's environment: a bounded heap, and none of the caller's settings."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),  # it looks for settings there; a service has no home of its own
        "GOMEMLIMIT": f"{memory_mib}MiB",
        # Half as much garbage as with 50: 13 MiB less, and twice the collections, which are a
        # twentieth of its processor time.
        "GOGC": "25",
    }


def _repeated(flag: str, values: Mapping[str, str]) -> list[str]:
    return [part for key, value in values.items() for part in (flag, f"{key}={value}")]
