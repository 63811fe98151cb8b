"""The parts of an upgrade, without a system around them."""
