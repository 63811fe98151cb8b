"""`boxd sim-board`: a simulated CodeTV board on a real MIDI port."""
