"""boxd as a systemd service: what it tells the manager, and how it writes to the journal."""
