"""The guard: two processes that end every latch's pulse, whatever dies (docs/adr/0013)."""
