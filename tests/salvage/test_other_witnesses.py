"""What Temporal's histories and the trace know, and the ledger does not."""

from __future__ import annotations

from pathlib import Path

from boxd.config import Config, load
from boxd.key_file import make_key
from boxd.salvage.other_witnesses import unexplained_pulses, unknown_redemptions
from boxd.temporal.client import connect
from boxd.temporal.seal import existing_seal
from boxd.workflows.redemption.messages import WORKFLOW, RedemptionStart, workflow_id
from tests.cli.cli_line import CONFIGURATION
from tests.temporal.test_client import somebody_elses_server

PULSE = '{"t": 1.0, "what": "latch", "device": "board-0", "level": 1}\n'


def configured(folder: Path, address: str) -> Config:
    file = folder / "boxd.toml"
    server = f'\n[temporal]\naddress = "{address}"\n'
    file.write_text(CONFIGURATION.format(state_dir=folder) + server)
    config = load(file)
    make_key(config.sealing_key_file)
    return config


async def test_a_redemption_that_only_temporal_knows_is_named(tmp_path: Path) -> None:
    async with somebody_elses_server() as address:
        config = configured(tmp_path, address)
        client = await connect(config.temporal, existing_seal(config.sealing_key_file), 20)
        for name in ("known", "lost"):
            await client.start_workflow(
                WORKFLOW,
                RedemptionStart(name, "bay-1", "", 1, 1, 1),
                id=workflow_id(name, "box-1"),
                task_queue="nobody",
            )
        (said,) = await unknown_redemptions(config, frozenset({"known"}))
    assert "redemption lost, begun 20" in said
    assert "was under way" in said


async def test_a_server_that_is_away_is_said(tmp_path: Path) -> None:
    (said,) = await unknown_redemptions(configured(tmp_path, "127.0.0.1:1"), frozenset())
    assert said.startswith("Temporal's histories could not be asked")


def test_more_pulses_than_orders_are_named(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    assert unexplained_pulses(trace, 0) == ""
    trace.write_text(PULSE * 3 + PULSE.replace("1}", "0}") + '{"half')
    assert unexplained_pulses(trace, 3) == ""
    assert "2 openings that nothing explains" in unexplained_pulses(trace, 1)
