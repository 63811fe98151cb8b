"""A real box without a Temporal server: its ledger, services, devices in simulation and API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from boxd.api.app import Application
from boxd.api.services import BoxServices, ServedBox
from boxd.config import Config, load
from boxd.config.phones_schema import Phones
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.dispensing import wire_dispensing
from boxd.daemon.parts import Parts, wire
from boxd.daemon.people import services_of
from boxd.daemon.phones import PhoneSide
from boxd.daemon.shown_health import ShownHealth
from boxd.daemon.snapshots import Snapshots
from boxd.daemon.startup import open_ledger
from boxd.devices import DeviceState
from boxd.ledger import alarms, audit, claims, codes, lockouts, stock, tokens
from boxd.ledger.ledger import Ledger
from boxd.redemption import RedemptionStanding
from boxd.roles import EVERYTHING, Role, TaskScope
from boxd.sim.hardware import SimulatedHardware
from tests.ports import free_ports
from tests.temporal.conftest import until

Json = dict[str, Any]
WAITED_FOR_THE_ENGINE = "boxd.workflows.tasks.service._DECIDED_WITHIN_S"
"""How long a request for a task is tried: where there is no server a test need not wait for it."""
SIMULATION = Path(__file__).parents[2] / "config" / "sim.toml"


@dataclass
class LiveBox:
    """The parts of a running box, and what tests ask of it."""

    parts: Parts
    snapshots: Snapshots
    front: SimulatedHardware
    served: ServedBox
    phones: PhoneSide

    @property
    def ledger(self) -> Ledger:
        return self.parts.ledger

    @property
    def services(self) -> BoxServices:
        return self.served.require_services()

    def application(self, **phones: object) -> Application:
        """The box's web side, with these settings of the phones' listener."""
        settings = Phones.model_validate({"public_url": "http://box-1.local:4322", **phones})
        return Application(
            self.served,
            self.front,
            hosts=("box-1.local",),
            phones=settings,
            phone_routes=self.phones.routes,
            phone_errors=self.phones.errors,
            phone_named=self.phones.client_named,
            phone_address=lambda: settings.public_url or "",
            own_routes=self.phones.own_routes,
            own_errors=self.phones.own_errors,
        )

    def receive(self, sku: str, units: int, name: str = "") -> None:
        """Units of a prize come in."""
        prizes = [stock.StockedPrize(sku, name or sku.title(), units)]
        self.ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, "anna"))

    def on_hand(self, sku: str) -> int:
        found = self.ledger.write_now(lambda tx: stock.find(tx.connection, sku))
        return int(str(found["on_hand"]))

    def issue(self, sku: str, attendee: str = "badge-7") -> Json:
        """A new code with its digits."""
        order = codes.CodeOrder(attendee, "box-1", 8, 7, "anna", sku)
        return self.ledger.write_now(lambda tx: codes.issue(tx, order, self.parts.keys))

    def claim(self, redemption: str, sku: str, bay: str = "bay-1") -> RedemptionStanding:
        """A code that was typed at a bay and accepted: a prize waits to be loaded."""
        digits = str(self.issue(sku)["code"])
        lockers = [each.id for each in self.parts.config.lockers if each.bay == bay]
        rules = claims.ClaimRules(
            "box-1", lockers, lockouts.LockoutRule(5, 30.0, 300.0), lockouts.boot_clock()
        )
        asked = claims.Claim(redemption, bay, self.parts.keys.digest(digits), True)
        return self.ledger.write_now(lambda tx: claims.claim(tx, asked, rules))

    def alarm(self, kind: str, subject: str, text: str) -> None:
        self.ledger.write_now(lambda tx: alarms.raise_alarm(tx, kind, subject, text))

    def token(
        self,
        name: str,
        role: Role = Role.ORGANISER,
        only: tuple[str, ...] = (),
        scope: TaskScope = EVERYTHING,
    ) -> str:
        """The secret of a new token."""
        order = tokens.TokenOrder(name, role, only=only, scope=scope)
        return self.ledger.write_now(lambda tx: tokens.create(tx, order, "anna"))[1]

    def trail(self, most: int = 1000) -> list[Json]:
        """The audit trail."""
        return self.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, most))

    async def until_shown(self, holds: Callable[[Json], object]) -> Json:
        """The snapshot once it is as wanted."""
        await until(lambda: holds(self.snapshots.snapshot()), "the snapshot")
        return self.snapshots.snapshot()

    async def settled(self) -> Json:
        """The snapshot once it shows all that has been committed so far."""
        self.ledger.on_commit()
        await self.snapshots.refresh()
        return self.snapshots.snapshot()


def configured(folder: Path, *sections: str) -> Config:
    """The configuration of `make run`, with its state in `folder` and these sections changed."""
    text = SIMULATION.read_text(encoding="utf-8").replace("../var/sim", str(folder / "state"))
    for section in sections:
        header = section.partition("\n")[0]
        assert f"{header}\n" in text
        text = text.replace(f"{header}\n", section)
    file = folder / "boxd.toml"
    file.write_text(text, encoding="utf-8")
    (folder / "state").mkdir(exist_ok=True)
    return load(file)


def with_server(folder: Path, *sections: str) -> Config:
    """The same with ports for a Temporal server of its own and for the screen."""
    grpc, http, metrics, ui, web = free_ports(5)
    temporal = (
        f"[temporal]\nport = {grpc}\nhttp_port = {http}\nmetrics_port = {metrics}\n"
        f"ui_port = {ui}\nui = false\n"
    )
    return configured(folder, temporal, f"[web]\nport = {web}\n", *sections)


@asynccontextmanager
async def live_box(config: Config) -> AsyncIterator[LiveBox]:
    """A box that serves, its devices ready; begun again, it goes on with its ledger."""
    changes = ChangeSignal()
    async with AsyncExitStack() as closing:
        ledger, keys = await open_ledger(config, changes, closing)
        front = SimulatedHardware(config)
        closing.callback(front.close)
        dispensing = wire_dispensing(config, ledger, keys, front, "this-run", changes, closing)
        parts = wire(config, ledger, keys, dispensing, changes, closing)
        phones = PhoneSide(config, ledger, parts.tasks, parts.photos, keys, parts.label.shown)
        snapshots = Snapshots(parts, changes, ShownHealth(changes.note))
        await parts.registry.start()
        devices = [each.name for each in config.devices]
        await until(
            lambda: all(
                parts.registry.device(name).status.state is DeviceState.READY for name in devices
            ),
            "the devices",
        )
        snapshots.health.change(state="ready", why="")
        for bay in parts.bays.values():
            bay.availability.serve(True, "")
        await snapshots.refresh()
        keeping = asyncio.create_task(snapshots.keep_fresh())
        closing.push_async_callback(_end, keeping)
        served = ServedBox(
            snapshots,
            parts.device_tests,
            services_of(parts, phones),
        )
        yield LiveBox(parts, snapshots, front, served, phones)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def client(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    """A client of an application without sockets between them."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("10.0.0.7", 4444))
    return httpx.AsyncClient(transport=transport, base_url="http://box-1.local", headers=headers)
