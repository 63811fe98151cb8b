-- Where phones reach this box, as an organiser chose; an address in the configuration goes first.
CREATE TABLE phones_address (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    address TEXT NOT NULL CHECK (length(address) > 0),
    since   TEXT NOT NULL,
    actor   TEXT NOT NULL CHECK (length(actor) > 0)
) STRICT;

-- What was printed from the browser, and when first.
CREATE TABLE printed (
    sheet TEXT PRIMARY KEY,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
