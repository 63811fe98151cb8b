-- Notices to people's phones that wait, one row for each way that they go. `text` is in English and
-- names nobody; who the attendee is is looked up when the notice is sent.
CREATE TABLE notices (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    way      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    at       TEXT NOT NULL,
    attendee INTEGER REFERENCES attendees,
    text     TEXT NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    next_at  TEXT NOT NULL
) STRICT;

-- What became of those that don't wait any more, by way.
CREATE TABLE notices_sent (
    way      TEXT PRIMARY KEY,
    sent     INTEGER NOT NULL DEFAULT 0,
    given_up INTEGER NOT NULL DEFAULT 0,
    last_at  TEXT,
    why      TEXT NOT NULL DEFAULT ''
) STRICT;
