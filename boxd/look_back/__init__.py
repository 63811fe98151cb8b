"""Looking back at one redemption: ledger, workflow and hardware, instant by instant."""

from boxd.look_back.instants import Instant, LookBack

__all__ = ["Instant", "LookBack"]
