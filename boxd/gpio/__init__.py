"""The Pi's own pins: their users, and the guard that ends every latch's pulse."""
