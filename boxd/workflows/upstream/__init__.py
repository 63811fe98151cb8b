"""Upstream delivery: workflows, activities, messages, service."""
