"""A box on another card: ledger, keys and configuration in one sealed file, and back."""
