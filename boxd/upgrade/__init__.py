"""Bringing a release of boxd into use on a box, and the way back."""
