"""The doctor: checks everything that can be wrong with a box and names each remedy. Read-only."""
