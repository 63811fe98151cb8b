"""Staff at the box's web side: invitations, the sessions of their devices, and what a device is."""
