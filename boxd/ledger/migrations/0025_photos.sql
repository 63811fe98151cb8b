-- Photos that attendees hand in, each by the SHA-256 of a file beside the ledger. They are personal:
-- a row goes when its attendee is forgotten, and the file after it.
CREATE TABLE photos (
    task   TEXT NOT NULL REFERENCES tasks,
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    bytes  INTEGER NOT NULL CHECK (bytes > 0),
    at     TEXT NOT NULL,
    PRIMARY KEY (task, digest)
) STRICT, WITHOUT ROWID;

-- A kind of task may ask for a photo; a check of a column can't be changed in place.
CREATE TABLE task_versions_with_photos (
    kind         TEXT NOT NULL REFERENCES task_kinds,
    version      INTEGER NOT NULL CHECK (version > 0),
    name         TEXT NOT NULL,
    text         TEXT NOT NULL,
    translations TEXT NOT NULL DEFAULT '[]', -- a JSON list of [language, name, text]
    checkpoints  TEXT NOT NULL, -- a JSON list of ids
    needed       INTEGER NOT NULL CHECK (needed >= 0),
    submission   TEXT NOT NULL CHECK (submission IN ('none', 'text', 'reference', 'photo')),
    verdict      INTEGER NOT NULL CHECK (verdict IN (0, 1)),
    tries        INTEGER NOT NULL CHECK (tries > 0),
    expires_at   TEXT,
    prizes       TEXT NOT NULL, -- a JSON list of skus; empty: every prize
    published_at TEXT NOT NULL,
    publisher    TEXT NOT NULL CHECK (length(publisher) > 0),
    PRIMARY KEY (kind, version)
) STRICT, WITHOUT ROWID;
INSERT INTO task_versions_with_photos SELECT * FROM task_versions;
DROP TABLE task_versions;
ALTER TABLE task_versions_with_photos RENAME TO task_versions;
