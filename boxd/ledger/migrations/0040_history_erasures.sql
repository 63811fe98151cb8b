-- Tasks of people who were forgotten, whose histories at the Temporal server still have their words.
-- A row leaves when the history is deleted.
CREATE TABLE history_erasures (
    task     TEXT PRIMARY KEY REFERENCES tasks (id),
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What of a forgetting is still to be done, so that a box that was killed goes on with it: the rest of
-- everybody; what was deleted, and is in the file's free pages.
CREATE TABLE forgetting (
    what     TEXT PRIMARY KEY CHECK (what IN ('everybody', 'remains')),
    asked_at TEXT NOT NULL,
    actor    TEXT NOT NULL CHECK (length(actor) > 0)
) STRICT, WITHOUT ROWID;
