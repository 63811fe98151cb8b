-- The newest run of each other box that has called the roll here. A right that it gave away in an
-- earlier one, and that is not here yet, is not taken in any more: it may not remember giving it.
CREATE TABLE roll_calls (
    home INTEGER PRIMARY KEY,
    run  TEXT NOT NULL,
    at   TEXT NOT NULL
) STRICT;
