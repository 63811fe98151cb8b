"""The bays: keypad to workflow, lamps, reflexes, and the operator's keys."""
