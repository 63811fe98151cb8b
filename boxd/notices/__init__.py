"""Notices to people's phones: a small interface, and the ways behind it (webhook, mail, ntfy)."""
