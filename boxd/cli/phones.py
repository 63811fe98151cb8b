"""`boxd phones`: the phones' network, in a process of its own."""

from __future__ import annotations

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import configuration
from boxd.cli.program import USED_WRONGLY


@click.command("phones", cls=BoxdCommand, examples=("sudo systemctl start boxd-phones",))
@click.option(
    "--unit",
    is_flag=True,
    help="Exit with 2, and do nothing, unless this box wants it as a unit: for systemd.",
)
def command(unit: bool) -> int:
    """Run the phones' network, until it is stopped by SIGTERM or Ctrl-C.

    The same process that `boxd run` starts by itself where systemd does not run it. It hands the
    phones' requests to the boxd beside it; while that is away it says so on its pages.
    """
    from boxd.service.back_off import wait_if_restarted
    from boxd.service.notify import READY, Notifier, status

    notifier = Notifier.of_this_process()
    wait_if_restarted(notifier)
    notifier.tell(READY, status("starting"))
    from boxd.gateway.program import become_gateway
    from boxd.gateway.settings import opened_mark
    from boxd.phones.gateway_settings import gateway_settings

    config = configuration()
    is_open = config.phones.enabled or opened_mark(config.gateway_dir).exists()
    if unit and not (is_open and config.temporal.own_unit):
        why = "phones.enabled" if not is_open else "temporal.own_unit"
        click.echo(f"not needed: {why} is false")
        notifier.tell(status(f"not needed: {why} is false"))
        return USED_WRONGLY
    return become_gateway(
        gateway_settings(config, config.phones.public_url or "", config.box.name).to_json(),
        notifier,
    )
