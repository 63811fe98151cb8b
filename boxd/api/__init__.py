"""The HTTP API: one file for each subject, and the table of who may call what."""
