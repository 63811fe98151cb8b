-- Runbooks that run: each with the playbook as it was at its start, so that a later edit changes
-- nothing under a person's hands. `parent` is the recovery that called this one.
CREATE TABLE recoveries (
    id         TEXT PRIMARY KEY,
    playbook   TEXT NOT NULL,
    title      TEXT NOT NULL,
    content    TEXT NOT NULL CHECK (json_valid(content)),
    locker     INTEGER REFERENCES lockers,
    sku        TEXT REFERENCES prizes,
    parent     TEXT REFERENCES recoveries,
    step       TEXT NOT NULL,
    number     INTEGER NOT NULL DEFAULT 1,
    actor      TEXT NOT NULL CHECK (length(actor) > 0),
    started_at TEXT NOT NULL,
    since      TEXT NOT NULL,
    ended_at   TEXT,
    outcome    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX open_recoveries ON recoveries (id) WHERE ended_at IS NULL;
CREATE INDEX recoveries_of_a_parent ON recoveries (parent) WHERE parent IS NOT NULL;
CREATE TABLE recovery_answers (
    id       TEXT PRIMARY KEY,
    recovery TEXT NOT NULL REFERENCES recoveries,
    number   INTEGER NOT NULL,
    step     TEXT NOT NULL,
    choice   TEXT NOT NULL,
    count    INTEGER,
    note     TEXT NOT NULL,
    booked   TEXT NOT NULL,
    actor    TEXT NOT NULL CHECK (length(actor) > 0),
    at       TEXT NOT NULL,
    UNIQUE (recovery, number)
) STRICT, WITHOUT ROWID;
-- A prize that lies in a jammed locker: another one was given instead, and this one counts as on
-- hand until a person has it in their hands.
CREATE TABLE left_in_lockers (
    locker     INTEGER PRIMARY KEY REFERENCES lockers,
    sku        TEXT NOT NULL REFERENCES prizes,
    redemption TEXT NOT NULL REFERENCES redemptions,
    at         TEXT NOT NULL
) STRICT;
