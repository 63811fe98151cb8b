"""The API's description is true: schemathesis asks a whole box whatever it allows, and forbids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from boxd.api.operations import Operation
from boxd.api.table import OPERATIONS
from boxd.roles import Role
from boxd.temporal.command import LOOPBACK
from tests.box.booth import ROOT, Booth
from tests.ports import free_ports

# What a request that breaks the description may be told.
REFUSED = "[401, 403, 404, 405, 409, 413, 422]"


@pytest.fixture(scope="module")
def booth(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[tuple[Booth, str]]:
    """A box with tasks, prizes and a redemption, and the address of its second listener."""
    (port,) = free_ports(1)
    url = f"http://{LOOPBACK}:{port}"
    phones = (
        f'[phones]\nenabled = true\nhost = "{LOOPBACK}"\nport = {port}\npublic_url = "{url}"\n'
        "rate_per_address = 1000000\nrate_per_token = 1000000\n"
    )
    settings = [(r"\[phones\]\n(#.*\n)*enabled = false", phones)]
    booth = Booth(tmp_path_factory.mktemp("api"), settings, temporal_made_before)
    try:
        booth.start()
        yield booth, url
    finally:
        booth.close()


def token_of(booth: Booth, role: str) -> str:
    made = booth.command("tokens", "create", role.replace("_", "-"), "--role", role)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def known_in(booth: Booth) -> dict[str, Sequence[str]]:
    """Make what can be asked for, and tell what it is called."""
    kinds = ["hunt", "demo"]
    started = [
        booth.ask_socket("POST", "/api/v1/tasks", {"kind": k, "attendee": a, "actor": "anna"})
        for k in kinds
        for a in ("badge-1", "badge-2", "badge-3")
    ]
    booth.enter("bay-1", booth.issue_code("mug"))
    redemption = booth.prompt("load")["redemption"]
    return {
        "kind": [*kinds, "loaded", "declined"],
        "task": [each["task"]["id"] for each in started],
        "attendee": ["badge-1", "badge-2"],
        "checkpoint": ["entrance", "stage"],
        "sku": ["mug", "sticker"],
        "redemption": [redemption],
    }


# What no shape says: a photo is more than base64; who is forgotten is named, or everybody is; a
# narrowed token names operations of its role; only an attendant is narrowed to kinds of task; a
# kind of task asks for something; what is sent to a look-back is an answer of that name.
NOT_BY_SHAPE_ALONE = (
    "tokens",
    "prizes/{sku}/picture",
    "tasks/{task}/photo",
    "attendees/forget",
    "task-kinds",
    "staff",
    "redemptions/{redemption}/look-back",
)


# A shape says no rule between two values (these skus have no unit left), so that of what is made up
# at random some is refused, in words; what covers each value of each shape by itself is not.
REFUSED_AT_RANDOM = (
    "[checks.positive_data_acceptance]\n"
    'expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 429, "5xx"]\n'
)


def asked(
    url: str, folder: Path, token: str, known: object, *options: str, checks: str = ""
) -> str:
    """Let schemathesis ask; returns what it found, empty if nothing."""
    auth = f'[auth.openapi.token]\nbearer = "{token}"\n' if token else ""
    config = folder / "schemathesis.toml"
    rejected = f"[checks.negative_data_rejection]\nexpected-statuses = {REFUSED}\n"
    config.write_text(auth + rejected + checks)
    told = {"SCHEMATHESIS_HOOKS": "tests.box.api_hooks", "BOXD_KNOWN": json.dumps(known)}
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
    fixed = ["--seed", "4", "--continue-on-failure"]
    for path in ("events", *NOT_BY_SHAPE_ALONE):
        fixed += ["--exclude-path", f"/api/v1/{path}"]
    run = subprocess.run(
        [*program, f"{url}/api/v1/openapi.json", *fixed, *options],
        cwd=folder,
        env=os.environ | told | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return "" if run.returncode == 0 else run.stdout[-20_000:] + run.stderr[-5000:]


def test_by_an_organisers_token(booth: tuple[Booth, str], tmp_path: Path) -> None:
    box, url = booth
    token, known = token_of(box, "organiser"), known_in(box)

    at_random = ("--phases", "fuzzing,stateful", "-n", "20", "--max-time", "15")

    found = asked(url, tmp_path, token, known, "--phases", "coverage", "--max-time", "15")
    found += asked(url, tmp_path, token, known, *at_random, checks=REFUSED_AT_RANDOM)

    assert not found, found
    assert "Exception in ASGI application" not in box.log()
    box.check_invariants()


def only(may: Callable[[Operation], bool]) -> list[str]:
    """The options for what somebody may do; tests/api/test_roles.py has what nobody may."""
    paths = [(each.method, each.path) for each in OPERATIONS if may(each)]
    assert paths
    return [word for method, path in paths for word in ("--include-name", f"{method} {path}")]


POSITIVE = ("--phases", "coverage", "-m", "positive")


@pytest.mark.parametrize("role", [Role.ATTENDEE_APP, Role.ATTENDANT])
def test_by_a_token_that_may_do_less(booth: tuple[Booth, str], tmp_path: Path, role: Role) -> None:
    box, url = booth
    allowed = only(lambda each: role in each.roles)
    found = asked(url, tmp_path, token_of(box, role), {}, *POSITIVE, *allowed)
    assert not found, found


def test_at_the_operators_screen_without_a_token(booth: tuple[Booth, str], tmp_path: Path) -> None:
    box, _ = booth
    address = str(box.http.base_url)
    found = asked(address, tmp_path, "", {}, *POSITIVE, *only(lambda each: each.hud))
    assert not found, found
