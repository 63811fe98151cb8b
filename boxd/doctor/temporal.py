"""Checks of Temporal: the server answers, and its database file is whole."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

from boxd.config.schema import Temporal
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.errors import BoxdError
from boxd.service.port_guard import SHOWN_BY
from boxd.service_user import read_start
from boxd.temporal import database
from boxd.temporal.binary import find_binary, read_version
from boxd.temporal.http_api import answers

FAMILY = "Temporal"

_ANSWER_WITHIN_S = 4.0


def server(context: CheckContext) -> Iterator[Finding]:
    """The server can be reached and answers."""
    settings = context.config.temporal
    if settings.address is not None:
        yield _reached(settings.address)
    elif asyncio.run(answers(settings.http_port, _ANSWER_WITHIN_S)):
        yield passed(f"answers on 127.0.0.1:{settings.http_port}")
    else:
        yield failed(*_silent(settings, context))


def _silent(settings: Temporal, context: CheckContext) -> tuple[str, str]:
    unit = "boxd-temporal" if settings.own_unit else "boxd"
    restart = f"sudo systemctl restart {unit}   # codes are kept, open redemptions go on"
    if _takes_connections("127.0.0.1", settings.http_port):
        return f"the server hangs: no answer within {_ANSWER_WITHIN_S:.0f} s", restart
    if not settings.own_unit and not context.is_served:
        return "it is not there: boxd, which starts it, does not run", "sudo systemctl start boxd"
    return (
        f"nothing answers on port {settings.http_port}",
        f"journalctl -u {unit} -n 30   # why; then: sudo systemctl restart {unit}",
    )


def _reached(address: str) -> Finding:
    host, _, port = address.rpartition(":")
    if _takes_connections(host.strip("[]"), int(port)):
        return passed(f"{address} takes connections")
    return failed(
        f"{address} does not take connections",
        f"nc -vz {host} {port}   # is the network there, and the name right?",
    )


def _takes_connections(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), _ANSWER_WITHIN_S).close()
    except OSError:
        return False
    return True


def file(context: CheckContext) -> Iterator[Finding]:
    """Whether boxd would use the file at its next start, or set it aside."""
    settings, path = context.config.temporal, context.config.temporal_dir / database.NAME
    if settings.address is not None:
        raise Skip(f"the server at {settings.address} keeps it")
    if database.is_absent(path):
        raise Skip(f"there is no {path} yet: boxd makes it at its first start")
    for part in (path, database.sidecar_of(path)):
        try:
            read_start(part, 1)
        except FileNotFoundError:
            continue
        except PermissionError:
            raise  # which is not the file's fault
        except OSError as error:
            yield failed(f"{part} can't be read: {error.strerror}", f"ls -l {part}")
            return
    why = database.why_unfit(path, asyncio.run(_version(settings)), was_unclean=True)
    if why:
        yield failed(
            f"{path}: {why}",
            "sudo systemctl restart boxd.target   # sets it aside; redemptions go on from the"
            " ledger",
        )
    else:
        yield passed(f"{path} is whole")


async def _version(settings: Temporal) -> str:
    try:
        return await read_version(find_binary(settings))
    except BoxdError as error:
        raise Skip("the program temporal does not run, see Versions") from error


def set_aside(context: CheckContext) -> Iterator[Finding]:
    """Server files that boxd has set aside and nobody has looked at."""
    kept = sorted(context.config.temporal_dir.glob(f"{database.NAME}.set-aside-*"))
    databases = [path for path in kept if path.suffix != ".json" and "-wal" not in path.name]
    size = sum(path.stat().st_size for path in kept) >> 20
    if databases:
        yield warned(
            f"{len(databases)} kept in {context.config.temporal_dir}, {size} MiB",
            f"sudo rm {context.config.temporal_dir}/{database.NAME}.set-aside-*   # if nobody"
            " wants their histories",
        )
    else:
        yield passed("none")


def guarded(context: CheckContext) -> Iterator[Finding]:
    """Whether the kernel keeps other users from the server's ports."""
    settings = context.config.temporal
    if settings.address is not None or not settings.own_unit:
        raise Skip("there is no boxd-temporal.service here")
    if not context.is_root:
        raise Skip("only root sees the kernel's rules: sudo boxd doctor")
    told = context.run(SHOWN_BY) or ""
    if str(settings.port) in told:
        yield passed("only boxd's user and root reach them")
    else:
        yield warned(
            "other users of this machine reach the server, and can end workflows",
            "sudo apt install nftables && sudo systemctl restart boxd-temporal",
        )


CHECKS = (
    Check(FAMILY, "server", server, "it does not run, hangs, or can't be reached"),
    Check(FAMILY, "file", file, "it is damaged, cut short, or of another version", 40),
    Check(FAMILY, "ports", guarded, "other users of the Pi reach the server's ports"),
    Check(FAMILY, "files set aside", set_aside, "boxd has put a file of the server aside"),
)
