-- The light show that an organiser chose in place of the configuration file's; no row without one.
CREATE TABLE light_show (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    show  TEXT NOT NULL CHECK (length(show) > 0),
    at    TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT;
