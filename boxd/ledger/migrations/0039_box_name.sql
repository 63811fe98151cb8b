-- What people call this box, as an organiser chose; a name in the configuration goes first.
CREATE TABLE box_name (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    name  TEXT NOT NULL CHECK (length(name) > 0),
    since TEXT NOT NULL,
    actor TEXT NOT NULL CHECK (length(actor) > 0)
) STRICT;
