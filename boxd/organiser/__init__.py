"""The organiser's side of the box: attendees, batches, tokens, keyed requests."""
