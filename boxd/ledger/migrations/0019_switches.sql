-- What an organiser switches on and off while the box runs; a switch without a row is off.
CREATE TABLE switches (
    name  TEXT PRIMARY KEY,
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
