"""The Temporal server's ports, closed to the other users of the machine by a rule of the kernel.

The server has no users of its own. The rule is about who connects (the socket's uid), on loopback,
where no address tells one user from another.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from boxd.errors import BoxdError

_TABLE = "inet boxd"
_PROGRAM = "nft"
SHOWN_BY = (_PROGRAM, "list", "table", *_TABLE.split())
"""The command that shows the rules in force, as root."""


def rules(ports: Sequence[int], users: Sequence[int]) -> str:
    """What nft is told: only these users reach these ports; nothing is closed without ports."""
    # Made before it is deleted, so that both work at the first time as well.
    begin = f"table {_TABLE}\ndelete table {_TABLE}\n"
    if not ports:
        return begin
    closed, may = (", ".join(map(str, sorted(set(each)))) for each in (ports, users))
    return begin + (
        f"table {_TABLE} {{\n"
        "  chain engine {\n"
        "    type filter hook output priority 0; policy accept;\n"
        f'    oifname "lo" tcp dport {{ {closed} }} meta skuid != {{ {may} }}'
        " reject with tcp reset\n"
        "  }\n"
        "}\n"
    )


def apply(ports: Sequence[int], users: Sequence[int]) -> None:
    """Put the rules in force, as root. Raises BoxdError, with the remedy, where that fails."""
    program = shutil.which(_PROGRAM, path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise BoxdError(
            "other users of this machine reach the Temporal server's ports, because nft is not"
            " there: sudo apt install nftables, then sudo systemctl restart boxd-temporal"
        )
    told = subprocess.run(
        [program, "-f", "-"],
        input=rules(ports, users),
        check=False,
        capture_output=True,
        text=True,
    )
    if told.returncode != 0:
        raise BoxdError(
            "other users of this machine reach the Temporal server's ports, because the kernel did"
            f" not take the rule against it: {told.stderr.strip()}"
        )
