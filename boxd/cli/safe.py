"""`boxd safe`: switches every output on the Pi's pins off, without the daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import configuration
from boxd.cli.program import FAILED
from boxd.cli.tables import say_json

if TYPE_CHECKING:
    from boxd.gpio.safe import MadeSafe


@click.command("safe", cls=BoxdCommand, examples=("boxd safe", "ExecStopPost=boxd safe"))
@json_option
def command(as_json: bool) -> int | None:
    """Switch every output on the Pi's pins off: latches, lamps, buzzers. Opens nothing.

    For the end of a service and for emergencies: it needs neither the daemon nor its guard. While
    boxd runs it changes nothing: the guard holds the latches' pins, and keeps them off except
    during a pulse of half a second at most. Arduinos and CodeTV boards need no command: an Arduino
    switches everything off after a second of silence, a board ends each pulse by itself.

    Exits with 1 when an output could not be switched off and no running boxd holds it.
    """
    from boxd.daemon.instance_lock import is_held
    from boxd.gpio.safe import PATIENCE_S, make_safe, named_outputs

    config = configuration()
    is_running = is_held(config.lock_file)
    memory_dir = config.pin_memory_dir if config.simulation.enabled else None
    made = make_safe(named_outputs(config.devices), memory_dir, 0.0 if is_running else PATIENCE_S)
    if as_json:
        say_json({"off": made.off, "held": made.held, "boxd_is_running": is_running})
    else:
        _tell(made, is_running)
    return FAILED if made.held and not is_running else None


def _tell(made: MadeSafe, is_running: bool) -> None:
    if made.off:
        click.echo(f"off: {', '.join(made.off)}")
    if not made.off and not made.held:
        click.echo("no output is configured on this Pi's pins; nothing to do")
    if made.held and is_running:
        click.echo(
            f"left to the running boxd: {', '.join(made.held)}. Its guard has the latches off but "
            "for ordered pulses; to have everything off stop it: `sudo systemctl stop boxd`"
        )
    elif made.held:
        for name, why in made.held.items():
            click.echo(f"{name} could not be switched off: {why}", err=True)
        click.echo("Take the power from the latches until that is mended.", err=True)
