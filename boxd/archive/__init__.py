"""A box moved to another card: ledger, keys and configuration in one encrypted file, and back."""
