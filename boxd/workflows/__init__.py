"""The workflows and their activities."""
