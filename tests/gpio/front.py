"""A program that only simulates what hangs on pins, so that it can be killed.

Arguments: the folder of the pins' memory, the trace's file, the device as JSON. Says `on` once
it follows.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from boxd.gpio.sections import GpioDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.pins import SimulatedPins


async def main(memory_dir: Path, trace: Path, device: GpioDevice) -> None:
    SimulatedPins(device, memory_dir, Trace(trace)).power_on()
    print("on", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    device = GpioDevice.model_validate_json(sys.argv[3])
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), device))
