"""The ledger: boxd's own database of codes, stock, actuations and who did what."""
