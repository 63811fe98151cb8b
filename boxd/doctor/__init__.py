"""The doctor: everything that can be wrong with a box, each with its remedy. It changes nothing."""
