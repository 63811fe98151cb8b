"""Tasks and the issue of codes: workflows, activities, messages, service."""
