"""The Temporal server beside the box, and the client's and worker's settings."""
