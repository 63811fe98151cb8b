"""A box on another card."""
