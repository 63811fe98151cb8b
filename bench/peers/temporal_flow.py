"""The flow on Temporal's defaults: `python -m bench.peers.temporal_flow FOLDER`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bench.defaults import serving
from bench.peers.flow import LOADING_S


async def _serve(folder: Path) -> None:
    async with serving(folder) as plain:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            flow = await plain.redeem(int(line), loading_s=LOADING_S)
            samples = [*zip(flow.verdict, flow.unlock, strict=True)]
            print(json.dumps(samples), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1], "temporal")))
