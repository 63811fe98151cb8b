"""Pictures from people's cameras: made small, square and nameless, kept beside the ledger."""
