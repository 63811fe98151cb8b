"""The HTTP API: one file for each subject, and who may call what."""
