-- Tasks of people who were forgotten, whose histories at the Temporal server still have their words.
-- A row leaves when the history is deleted.
CREATE TABLE history_erasures (
    task     TEXT PRIMARY KEY REFERENCES tasks (id),
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
