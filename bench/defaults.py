"""The same flow on Temporal's default settings: plain server, plain worker, plain start.

The decisions are boxd's own ledger functions on a real ledger; only the way there differs.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from bench import usage
from bench.ordinary import QUEUE, OrdinaryRedemption, Typed
from boxd.config.schema import Temporal
from boxd.devices import DoorState
from boxd.ledger import (
    actuations,
    claims,
    codes,
    lockers,
    lockouts,
    redemption_standings,
    redemptions,
    stock,
)
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Stage
from boxd.temporal.binary import find_binary
from boxd.temporal.command import LOOPBACK
from boxd.temporal.ports import free_ports

BOX, BAY, LOCKER = "box-1", "bay-1", 1
RULE = lockouts.LockoutRule(5, 30, 3600)
AROUND = redemptions.AnswerContext(DoorState.CLOSED, [LOCKER], decline_voids_code=False)


@dataclass
class Marks:
    """When the lamp and the unlock would go out, on CLOCK_MONOTONIC."""

    lamp: float = 0
    unlock: float = 0


class Activities:
    """The redemption's steps as ordinary activities."""

    def __init__(self, ledger: Ledger, marks: Marks) -> None:
        self._ledger = ledger
        self._marks = marks

    @activity.defn
    async def claim(self, typed: Typed) -> None:
        """Claim the code in the ledger."""
        asked = claims.Claim(
            typed.redemption, typed.bay, bytes.fromhex(typed.digest), well_formed=True
        )
        rules = claims.ClaimRules(BOX, [LOCKER], RULE, lockouts.boot_clock())
        standing = await self._ledger.write(lambda tx: claims.claim(tx, asked, rules))
        assert standing.stage is Stage.LOAD, standing

    @activity.defn
    async def show(self, typed: Typed) -> None:
        """Here the verdict's lamp bytes would go out."""
        self._marks.lamp = time.monotonic()

    @activity.defn
    async def open_locker(self, typed: Typed) -> None:
        """Intent, pulse, outcome."""
        standing = await self._standing(typed.redemption)
        order = actuations.ActuationOrder(
            id=f"{typed.redemption}/1",
            locker=LOCKER,
            latch="board-0/latch",
            actor="operator",
            reason="bench",
            redemption=typed.redemption,
        )
        await self._ledger.write(lambda tx: actuations.intend(tx, order))
        self._marks.unlock = time.monotonic()
        await self._ledger.write(lambda tx: actuations.conclude(tx, order, actuations.Outcome.DONE))
        await self._ledger.write(
            lambda tx: redemptions.settle_opening(
                tx, typed.redemption, standing.attempt, Stage.TAKE, outcome_unknown=False
            )
        )

    @activity.defn
    async def record_answer(self, redemption: str, kind: str) -> None:
        """Take the answer in the ledger."""
        standing = await self._standing(redemption)
        answer = Answer(
            secrets.token_hex(8), redemption, standing.step, AnswerKind(kind), "operator"
        )
        reply = await self._ledger.write(lambda tx: redemptions.record_answer(tx, answer, AROUND))
        assert reply.accepted, reply

    async def _standing(self, redemption: str) -> RedemptionStanding:
        return await self._ledger.read(lambda c: redemption_standings.require(c, redemption))


@dataclass
class Flow:
    """Samples of the ordinary flow, in seconds."""

    verdict: list[float] = field(default_factory=list)
    unlock: list[float] = field(default_factory=list)


class Defaults:
    """The running server and worker."""

    def __init__(self, client: Client, ledger: Ledger, marks: Marks, server_pid: int) -> None:
        self._client = client
        self._ledger = ledger
        self._marks = marks
        self._keys = CodeKeys(secrets.token_bytes(32), secrets.token_bytes(32))
        self.server_pid = server_pid

    def written(self) -> int:
        """Bytes written so far, by the server and by the ledger in this process."""
        return usage.written(self.server_pid) + usage.written(os.getpid())

    async def redeem(self, count: int, *, loading_s: float = 0) -> Flow:
        """So many redemptions, one after the other; the operator takes `loading_s` to load."""
        flow = Flow()
        for digest in await self._issue(count):
            typed = Typed(secrets.token_hex(8), BAY, digest)
            began = time.monotonic()
            handle = await self._client.start_workflow(
                OrdinaryRedemption.run, typed, id=typed.redemption, task_queue=QUEUE
            )
            flow.verdict.append(await self._until("lamp", began) - began)
            await asyncio.sleep(loading_s)
            began = time.monotonic()
            await handle.execute_update(
                OrdinaryRedemption.answer, args=[typed.redemption, "loaded"]
            )
            flow.unlock.append(await self._until("unlock", began) - began)
            await handle.execute_update(
                OrdinaryRedemption.answer, args=[typed.redemption, "completed"]
            )
            await handle.result()
        return flow

    async def _until(self, mark: str, after: float) -> float:
        deadline = time.monotonic() + 20
        while (moment := float(getattr(self._marks, mark))) < after:
            assert time.monotonic() < deadline, f"no {mark} within 20 s"
            await asyncio.sleep(0.001)
        return moment

    async def _issue(self, count: int) -> list[str]:
        prize = stock.StockedPrize("mug", "Mug", count)
        await self._ledger.write(lambda tx: stock.import_prizes(tx, [prize], "bench"))
        order = codes.CodeOrder("attendee", BOX, 8, 30, "bench", "mug")
        made = [
            await self._ledger.write(lambda tx: codes.issue(tx, order, self._keys))
            for _ in range(count)
        ]
        return [self._keys.digest(str(each["code"])).hex() for each in made]


async def start_server(database: Path) -> tuple[subprocess.Popen[bytes], Client, float]:
    """A server as its manual starts it; the process, a client, and the seconds until SERVING."""
    grpc, ui = free_ports(LOOPBACK, 2)
    command = [str(find_binary(Temporal())), "server", "start-dev"]
    command += ["--db-filename", str(database), "--port", str(grpc), "--ui-port", str(ui)]
    began = time.monotonic()
    process = _spawn(command, database.parent / "server.txt")
    while (client := await _serving_client(f"127.0.0.1:{grpc}")) is None:
        assert process.poll() is None, "the plain server ended"
        await asyncio.sleep(0.005)
    return process, client, time.monotonic() - began


def _spawn(command: list[str], output_file: Path) -> subprocess.Popen[bytes]:
    with output_file.open("ab") as output:
        return subprocess.Popen(command, stdout=output, stderr=output)


async def _serving_client(address: str) -> Client | None:
    try:
        client = await Client.connect(address)
        return client if await client.service_client.check_health() else None
    except (RuntimeError, RPCError):
        return None


async def _know_namespace(client: Client) -> None:
    """Wait until the server knows its namespace: on a slow card, seconds after SERVING."""
    while True:
        try:
            await client.count_workflows()
        except RPCError:
            await asyncio.sleep(0.05)
        else:
            return


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Defaults]:
    """Everything on defaults, in `folder`, until the end of the block."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    process, client, _ = await start_server(folder / "temporal.db")
    await _know_namespace(client)
    ledger, marks = Ledger(folder / "ledger.db"), Marks()
    ledger.write_now(lambda tx: lockers.declare(tx, [LOCKER]))
    acts = Activities(ledger, marks)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[OrdinaryRedemption],
        activities=[acts.claim, acts.show, acts.open_locker, acts.record_answer],
    )
    try:
        async with worker:
            yield Defaults(client, ledger, marks, process.pid)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)
        ledger.close()
