-- At which box a code of a fleet may be spent. `home` and `home_code` name the code in all ledgers;
-- `epoch` grows by one with each move there or back. No row: it never left, and is here.
CREATE TABLE rights (
    code      INTEGER PRIMARY KEY REFERENCES codes,
    home      INTEGER NOT NULL,
    home_code INTEGER NOT NULL,
    epoch     INTEGER NOT NULL CHECK (epoch > 0),
    is_here   INTEGER NOT NULL CHECK (is_here IN (0, 1)),
    other     INTEGER NOT NULL,
    move      TEXT NOT NULL,
    since     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX a_right_is_here_once ON rights (home, home_code) WHERE is_here = 1;

CREATE TRIGGER rights_go_on BEFORE UPDATE ON rights WHEN new.epoch < old.epoch BEGIN
    SELECT RAISE(ABORT, 'the epoch of a spending right never goes back');
END;
CREATE TRIGGER rights_elsewhere_are_not_spent BEFORE UPDATE OF state ON codes
WHEN new.state IN ('in_use', 'spent')
    AND EXISTS (SELECT 1 FROM rights WHERE code = new.id AND is_here = 0) BEGIN
    SELECT RAISE(ABORT, 'the right to spend this code is at another box');
END;

-- What this box has done in each move: a step is decided once, and stays.
CREATE TABLE moves (
    id     TEXT NOT NULL,
    step   TEXT NOT NULL CHECK (step IN
        ('given', 'not_given', 'taken_in', 'not_taken_in', 'given_back', 'taken_back', 'settled')),
    code   INTEGER REFERENCES codes,
    epoch  INTEGER NOT NULL,
    other  INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    at     TEXT NOT NULL,
    PRIMARY KEY (id, step)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER moves_stay BEFORE UPDATE ON moves BEGIN
    SELECT RAISE(ABORT, 'moves are never changed');
END;
CREATE TRIGGER moves_remain BEFORE DELETE ON moves BEGIN
    SELECT RAISE(ABORT, 'moves are never deleted');
END;
