"""Bringing a release of boxd into use on a box, and going back to the one before."""
