"""Upstream: the organiser's backend, told over HTTPS what happened, and asked what is wanted."""
