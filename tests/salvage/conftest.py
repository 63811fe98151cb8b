"""A ledger with a past, a backup of its middle, and pages that are damaged."""

from __future__ import annotations

from tests.ledger.conftest import hands, open_hands

__all__ = ["hands", "open_hands"]
