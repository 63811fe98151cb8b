-- One code for one attendee that a box may issue because the keeper of the limits lets it. Both
-- ledgers have a row of the same id; the keeper's counts towards the limit until it is back.
CREATE TABLE limit_leases (
    id       TEXT PRIMARY KEY,
    attendee INTEGER REFERENCES attendees,
    is_ours  INTEGER NOT NULL CHECK (is_ours IN (0, 1)), -- 1: this box is the keeper
    other    INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('given', 'held', 'refused', 'used', 'back')),
    issue    TEXT REFERENCES issues, -- at the holder: what it is for
    why      TEXT NOT NULL DEFAULT '',
    since    TEXT NOT NULL,
    CHECK (state <> 'given' OR (is_ours = 1 AND attendee IS NOT NULL)),
    CHECK (state <> 'held' OR (is_ours = 0 AND issue IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX given_limit_leases ON limit_leases (attendee) WHERE is_ours = 1;
CREATE UNIQUE INDEX an_issue_has_one_lease ON limit_leases (issue) WHERE state IN ('held', 'used');

CREATE TRIGGER limit_leases_end_once BEFORE UPDATE ON limit_leases
WHEN old.state IN ('refused', 'used', 'back') BEGIN
    SELECT RAISE(ABORT, 'a lease that has ended stays so');
END;
CREATE TRIGGER limit_leases_remain BEFORE DELETE ON limit_leases BEGIN
    SELECT RAISE(ABORT, 'leases are never deleted');
END;
