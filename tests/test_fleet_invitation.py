"""An invitation goes through a QR code, a clipboard or a mail, and is whole or refused."""

from __future__ import annotations

import pytest

from boxd.errors import BadInput
from boxd.fleet_invitation import FleetInvitation, as_token, from_token

INVITATION = FleetInvitation(
    "fair", "temporal.example:7233", "ab" * 32, 8, box_names=("Halle Süd", "B")
)


def test_what_was_invited_to_is_what_is_joined() -> None:
    token = as_token(INVITATION)
    assert from_token(token) == INVITATION
    assert from_token(f" {token[:40]}\n{token[40:]}\n") == INVITATION
    assert len(token) < 600  # a QR code that a laptop's camera reads from a screen


@pytest.mark.parametrize(
    "spoilt", ["", "hello", as_token(INVITATION)[:-2], as_token(INVITATION) + "A"]
)
def test_a_word_that_is_not_whole_is_refused_with_the_remedy(spoilt: str) -> None:
    with pytest.raises(BadInput, match="begins with boxd-fleet-; copy all of it"):
        from_token(spoilt)
