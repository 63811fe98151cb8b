"""Names by which the set-up page answers, and names that a page elsewhere could have rebound."""

from __future__ import annotations

import pytest

from boxd.set_up.host_names import why_name_refused


@pytest.mark.parametrize(
    "host",
    [
        "10.42.0.1",
        "192.168.1.7:8080",
        "[fe80::1]:80",
        "localhost:4321",
        "boxd",
        "boxd.local",
        "BOX-012345.local.",
        "boxd.home.arpa",
    ],
)
def test_addresses_and_names_of_the_local_network_are_answered(host: str) -> None:
    assert why_name_refused(host) == ""


@pytest.mark.parametrize(
    "host",
    ["", "rebound.example", "local.example", "10.42.0.1.example", "a b.local/x", "x@10.0.0.1"],
)
def test_names_that_somebody_could_own_are_refused(host: str) -> None:
    assert "open the page by the address" in why_name_refused(host)
