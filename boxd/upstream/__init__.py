"""Upstream: the organiser's backend, which gets events over HTTPS, and is polled for orders."""
