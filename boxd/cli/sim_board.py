"""`boxd sim-board`: a simulated CodeTV board on a real MIDI port."""

from __future__ import annotations

from pathlib import Path

import click

from boxd.cli.command_classes import BoxdCommand


@click.command(
    "sim-board",
    cls=BoxdCommand,
    examples=(
        "boxd sim-board 0 --backend jack",
        "(echo tap 1; sleep 1; echo tap Enter; sleep 1) | boxd sim-board 0 --trace board-0.jsonl",
    ),
)
@click.argument("number", type=click.IntRange(0, 3))
@click.option(
    "--backend",
    type=click.Choice(["alsa", "jack"]),
    default="alsa",
    help="The MIDI system to plug it into [default: alsa].",
)
@click.option(
    "--trace",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also append what the board sees to this file, as JSON lines.",
)
def command(number: int, backend: str, trace: Path | None) -> None:
    """Be `CodeTV Board NUMBER` on a real MIDI port, for a boxd that drives real ports.

    Lines on standard input are what happens to it: `tap 1`, `touch 5`, `release 5`, `hang`,
    `out-of-step`, `oldest` (its firmware), `newest`, `quit`. Ends at the end of the input, with
    SIGTERM or with Ctrl-C.
    """
    from boxd.config.schema import MidiBackend
    from boxd.sim.rtboard import run_sim_board

    run_sim_board(f"CodeTV Board {number}", MidiBackend(backend), trace)
