"""Notices to people's phones: workflow, activity, messages, service."""
