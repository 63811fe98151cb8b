"""The set-up page of a fresh card, and what a card makes for itself."""
