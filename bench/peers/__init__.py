"""The box's flow on other engines, on the same slow disk; each is installed from its registry."""
