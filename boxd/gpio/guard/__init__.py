"""The guard: two processes that end every latch's pulse, whoever dies (docs/adr/0013)."""
