"""boxd as a service of systemd's: what it tells the manager, and how it writes to the journal."""
