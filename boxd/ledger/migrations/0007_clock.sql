-- How the box counts its time: see boxd/clock.py. One row, written when something about it changes.
CREATE TABLE clock (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    boot     TEXT NOT NULL,
    zero     TEXT NOT NULL,
    newest   TEXT NOT NULL,
    is_sure  INTEGER NOT NULL CHECK (is_sure IN (0, 1)),
    off_s    REAL NOT NULL
) STRICT;

-- A code whose days were counted from a time that nobody had confirmed; put right with the clock.
ALTER TABLE codes ADD COLUMN is_unsure INTEGER NOT NULL DEFAULT 0 CHECK (is_unsure IN (0, 1));
CREATE INDEX codes_that_are_unsure ON codes (id) WHERE is_unsure = 1;
