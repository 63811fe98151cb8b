"""The configuration: its shape, its file, its errors."""
