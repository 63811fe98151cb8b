"""The maker's restart of a board's touch sensor, which may move its latch: ordered and recorded.

A person orders it in a device test, standing before the box. Nothing else may lead here.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from boxd.bays.locker_parts import LockerParts
from boxd.bays.monitored import MonitoredDevice
from boxd.errors import DeliveryUnknown, DeviceUnreachable, NotFound
from boxd.ledger import audit
from boxd.ledger.actuations import Outcome
from boxd.ledger.ledger import Ledger

_DONE = "the board sent the order back"


async def restart_sensor(
    ledger: Ledger, device: MonitoredDevice, lockers: Sequence[LockerParts], actor: str
) -> tuple[Outcome, str]:
    """Restart a device's touch sensor, once; returns the outcome, with a note for people.

    The order is recorded before it is sent, and its outcome after. Raises NotFound if the device
    has no such thing.
    """
    if device.restart_sensor is None:
        raise NotFound(f"{device.name} has no touch sensor that can be restarted")
    addresses = {latch.address for latch in device.latches.values()}
    behind = [each for each in lockers if each.latch.address in addresses]
    order = f"restart/{secrets.token_hex(8)}"

    async def record(action: str, note: str = "") -> None:
        entry = audit.Entry(
            actor=actor,
            action=f"sensor.restart_{action}",
            cause="devices test",
            locker=behind[0].id if behind else None,
            detail={
                "order": order,
                "device": device.name,
                "latch": ", ".join(sorted(addresses)),
                "note": note,
            },
        )
        await ledger.write(lambda tx: audit.append(tx, entry))

    await record("ordered")
    for locker in behind:
        locker.expect_opening()
    outcome, note = Outcome.DONE, _DONE
    try:
        await device.restart_sensor()
    except DeviceUnreachable as error:
        outcome, note = Outcome.FAILED, str(error)
    except DeliveryUnknown as error:
        outcome, note = Outcome.UNKNOWN, str(error)
    await record(outcome, note)
    return outcome, note
