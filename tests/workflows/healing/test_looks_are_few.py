"""What a look of the healer asks the server: nothing about what the ledger has ended."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from temporalio.api.workflowservice.v1 import GetSearchAttributesRequest

from boxd.config.schema import Temporal
from boxd.machine_clock import utc_now
from boxd.redemption import Stage
from boxd.workflows.healing.condition import ended_since
from tests.workflows.event import BOX, until
from tests.workflows.healing.small_box import SmallBox, small_box

_CALLS = re.compile(r"^service_requests\{(.*?)\} (\S+)$", re.MULTILINE)


async def asked(settings: Temporal, operation: str) -> int:
    """How often the server's frontend was asked for this since it started; counted each second."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{settings.metrics_port}/metrics")).text
    return sum(
        int(float(value))
        for labels, value in _CALLS.findall(text)
        if f'operation="{operation}"' in labels and 'service_name="frontend"' in labels
    )


async def described_until_now(box: SmallBox, settings: Temporal) -> int:
    """How often a workflow was asked about; the server counts once a second."""
    before = await asked(settings, "GetSearchAttributes")
    await box.client.workflow_service.get_search_attributes(GetSearchAttributesRequest())

    async def is_counted() -> bool:
        return await asked(settings, "GetSearchAttributes") > before

    await until(is_counted, "the server's count")
    return await asked(settings, "DescribeWorkflowExecution")


async def test_what_the_ledger_has_ended_is_not_asked_about(
    directory: Path, settings: Temporal
) -> None:
    begun = utc_now()
    async with small_box(directory, settings, heals=False) as box, box.release():
        redemption = await box.at(1, Stage.TAKE)
        assert (await box.take_out(redemption)).accepted

        async def is_listed() -> bool:
            return bool(await ended_since(box.client, BOX, begun))

        await until(is_listed, "its workflow's end in the server's list")
        described = await described_until_now(box, settings)
        for _ in range(3):
            await box.healer.look(begun)
        # Each look asks about the delivery to upstream, which is always to run.
        assert await described_until_now(box, settings) == described + 3
