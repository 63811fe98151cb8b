"""The simulated parts of a box, below the drivers."""
