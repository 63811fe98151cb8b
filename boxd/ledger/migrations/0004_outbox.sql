-- What upstream is to be told, in order; a row goes when it was received. `seq` is never used
-- twice and has no gaps, so that first and last tell how many wait. Who the attendee is stands in
-- `attendees` alone, and is looked up when the event is sent.
CREATE TABLE outbox (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL,
    type     TEXT NOT NULL,
    at       TEXT NOT NULL,
    attendee INTEGER REFERENCES attendees,
    data     TEXT NOT NULL -- a JSON object
) STRICT;

-- Events that upstream refused for good, until somebody sends them again.
CREATE TABLE dead_letters (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    type     TEXT NOT NULL,
    at       TEXT NOT NULL,
    attendee INTEGER REFERENCES attendees,
    data     TEXT NOT NULL,
    why      TEXT NOT NULL,
    died_at  TEXT NOT NULL
) STRICT;

-- How many events upstream has received, ever, and when the last ones.
CREATE TABLE deliveries (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    delivered INTEGER NOT NULL DEFAULT 0,
    last_at   TEXT
) STRICT;
INSERT INTO deliveries (id) VALUES (1);

-- How far upstream's orders were read, and each that was carried out.
CREATE TABLE feed (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    cursor TEXT NOT NULL DEFAULT '',
    etag   TEXT NOT NULL DEFAULT '',
    read_at TEXT
) STRICT;
INSERT INTO feed (id) VALUES (1);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
