"""Recoveries as workflows: a runbook that runs, however long people take."""
