"""What boxes of an event do together: workflows and activities at the event's own service."""
