"""The commands: one program, `boxd`, for the daemon and for the people who look after it."""

from boxd.cli.program import main as main
