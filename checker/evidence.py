"""All that is held together: the ledger, the trace, what was acknowledged, the HUD's snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.acknowledged import Acknowledged
from checker.ledger import Ledger
from checker.trace import Fields, Trace


@dataclass(frozen=True)
class Evidence:
    """What the invariants are held against. `at_rest`: no latch may be energised at the end."""

    ledger: Ledger
    trace: Trace
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    snapshot: Fields | None = None
    at_rest: bool = False
