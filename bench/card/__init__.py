"""Redemptions on a disk whose flush takes 20 ms, as an SD card's; flushes and bytes counted."""
