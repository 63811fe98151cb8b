"""What is done inside the machine: its devices are made, plugged in, and looked at from outside."""
