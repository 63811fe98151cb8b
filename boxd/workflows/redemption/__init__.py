"""The redemption: its workflow, activities, messages, and the service that starts it."""
