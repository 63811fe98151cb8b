"""The kernel keeps other users from the Temporal server's ports, in a network of its own."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from boxd.service.port_guard import rules

NFT = shutil.which("nft", path="/usr/sbin:/usr/bin")
BOXD, OTHER = 4321, 4322
LISTEN = (
    "import socket; s = socket.create_server(('127.0.0.1', {port})); print(flush=True); s.accept()"
)
CONNECT = (
    "import os, socket; os.setgid({user}); os.setuid({user});"
    " socket.create_connection(('127.0.0.1', {port}), 5)"
)
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or NFT is None, reason="takes root and nft (apt install nftables)"
)


def reached(user: int, port: int, ruleset: str) -> bool:
    """Whether the user reaches the port, in a network where these rules are in force."""
    # The system's own: other users may not read a developer's.
    python = "/usr/bin/python3"
    script = f"""
set -e
ip link set lo up
printf '%s' "$RULES" | {NFT} -f -
printf '%s' "$RULES" | {NFT} -f -
exec 3< <(exec {python} -c "{LISTEN.format(port=port)}")
trap "kill $! 2>&- || true" EXIT
read -r _ <&3
{python} -c "{CONNECT.format(user=user, port=port)}"
"""
    done = subprocess.run(
        ["unshare", "-n", "bash", "-c", script],
        env=os.environ | {"RULES": ruleset},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "Operation not permitted" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no network of its own can be had here: {done.stderr}")
    assert done.returncode == 0 or "ConnectionRefusedError" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize(
    ("user", "port", "may"),
    [
        (0, 7233, True),
        (BOXD, 7233, True),
        (OTHER, 7233, False),
        (OTHER, 8233, False),
        (OTHER, 4321, True),
    ],
)
def test_the_ports_answer_boxds_user_and_root_alone(user: int, port: int, may: bool) -> None:
    assert reached(user, port, rules((7233, 8233), (0, BOXD))) is may


def test_with_a_server_elsewhere_nothing_is_closed() -> None:
    assert reached(OTHER, 7233, rules((), ())) is True
