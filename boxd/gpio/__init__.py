"""The Pi's own pins: who may touch them, and the guard that ends every latch's pulse."""
