"""Housekeeping on schedules: workflows, activities, messages, service."""
