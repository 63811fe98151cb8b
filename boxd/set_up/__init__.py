"""The set-up page of a card that starts for the first time: from a name to a running box."""
