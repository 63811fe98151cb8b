"""On an installed box the engine's ports answer boxd's user and root, and nobody else."""

from __future__ import annotations

import pytest

from boxd.config.schema import Temporal
from tests.systemd.installed import InstalledBox

PORTS = (Temporal().port, Temporal().ui_port, Temporal().http_port, Temporal().metrics_port)
CONNECT = "import socket; socket.create_connection(('127.0.0.1', {port}), 5)"


def reaches(box: InstalledBox, user: str, port: int) -> bool:
    """Whether a user of the machine gets a connection."""
    as_user = f"setpriv --reuid {user} --regid nogroup --clear-groups"
    tried = f'{as_user} python3 -c "{CONNECT.format(port=port)}" 2>/dev/null'
    return box.ask(f"{tried} && echo reached || echo refused").strip() == "reached"


@pytest.fixture
def ready(box: InstalledBox) -> InstalledBox:
    """A box that takes codes."""
    box.start()
    box.wait_until_ready()
    box.wait("the pages are there", lambda: reaches(box, "root", Temporal().ui_port))
    return box


def test_the_ports_of_the_engine_answer_boxd_and_root_alone(ready: InstalledBox) -> None:
    reached = {
        user: [reaches(ready, user, port) for port in PORTS] for user in ("root", "boxd", "nobody")
    }
    assert reached == {"root": [True] * 4, "boxd": [True] * 4, "nobody": [False] * 4}
    ready.ask("systemctl restart boxd-temporal.service")
    ready.wait_until_ready()
    assert not reaches(ready, "nobody", Temporal().port)
