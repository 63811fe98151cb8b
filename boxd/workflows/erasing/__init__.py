"""Deleting the histories of forgotten people's tasks: a parent with children, from the ledger."""
