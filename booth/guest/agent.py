"""The booth's devices for as long as the machine runs; the host sees and moves them.

It is started early and by itself, as the devices of a booth get their power, and has nothing of the
boxd that is installed. What the devices see goes to the host as it happens.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from booth.guest.chip import Chip, let_contacts_win, make_chip, pretend_to_be_a_pi
from booth.guest.gadgets import make_sockets
from booth.guest.hardware import Hardware
from booth.guest.orders import Orders
from boxd.sim.hardware_trace import Trace

TRACE = Path("/dev/virtio-ports/booth.trace")
TICK_S = 0.5  # whoever reads the trace knows by it what time it is here: lamps may be steady


async def serve() -> None:
    """Plug everything in and do what the host says, for ever."""
    pretend_to_be_a_pi()
    make_sockets()
    chip = Chip(make_chip())
    let_contacts_win(True)
    trace = Trace(TRACE)
    hardware = Hardware(chip, trace)
    hardware.switch_on()
    Orders(hardware).listen()
    await asyncio.create_subprocess_exec("systemd-notify", "--ready")
    while True:
        trace.write("tick", "booth")
        await asyncio.sleep(TICK_S)


if __name__ == "__main__":
    asyncio.run(serve())
