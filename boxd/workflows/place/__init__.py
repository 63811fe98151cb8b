"""A box's name at a Temporal service that others use too: held by one installation at a time."""
