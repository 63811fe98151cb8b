"""What a reader may read: the codes that boxd's own pages show as QR codes, and nothing else.

The text is `BOXD` and the code's digits: all Latin keyboards have these letters at the same place,
so a scanner that is set to any country types them, and no goods' barcode looks like it.
"""

from __future__ import annotations

from boxd.ledger.home_number import Homes

PREFIX = "BOXD"


def text_to_scan(digits: str) -> str:
    """What the QR code of a claim code says."""
    return f"{PREFIX}{digits}"


def digits_in(text: str, homes: Homes) -> str | None:
    """The claim code in a scanned text; None if it is none of ours, which is no guess either."""
    digits = text.upper().removeprefix(PREFIX)
    is_ours = text.upper().startswith(PREFIX) and homes.home_of(digits) is not None
    return digits if is_ours else None
