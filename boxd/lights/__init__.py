"""Light shows: what the lamps and strips of a bay do at each moment, as data."""
