"""Healing: a workflow that stands still is ended, and begun again from the ledger."""
