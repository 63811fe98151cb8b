"""boxd's installation, its upgrade and the way back, on a Debian with a real systemd."""
