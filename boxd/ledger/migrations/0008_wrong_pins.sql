-- Wrong PINs, for each address's digest and for all together ('all'), as wrong codes are counted
-- in `lockouts`, where they were kept under bays' names that no bay can have.
CREATE TABLE wrong_pins (
    guesser TEXT PRIMARY KEY,
    wrong   INTEGER NOT NULL DEFAULT 0,
    level   INTEGER NOT NULL DEFAULT 0,
    lock_s  REAL NOT NULL DEFAULT 0,
    boot    TEXT NOT NULL DEFAULT '',
    until_s REAL NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

INSERT INTO wrong_pins (guesser, wrong, level, lock_s, boot, until_s)
SELECT substr(bay, 5), wrong, level, lock_s, boot, until_s FROM lockouts WHERE bay LIKE 'pin/%';
DELETE FROM lockouts WHERE bay LIKE 'pin/%';
