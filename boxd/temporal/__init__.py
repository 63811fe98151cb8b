"""The Temporal server beside the box, and the settings of client and worker."""
