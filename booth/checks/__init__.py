"""Checks of boxd on the machine's real device nodes; they need what booth.guest has made there."""
