-- Which transaction changed the ledger last: after an error in a commit, a look here tells whether
-- it was committed all the same.
CREATE TABLE last_change (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    mark TEXT NOT NULL
) STRICT;
INSERT INTO last_change (one, mark) VALUES (1, '');
