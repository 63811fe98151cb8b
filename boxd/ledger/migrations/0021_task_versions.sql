-- Kinds of task have versions. A task goes by the version that it began with; `task_kinds` names the
-- one that new tasks begin with, and whether the configuration file or an organiser has the word.
CREATE TABLE task_versions (
    kind         TEXT NOT NULL REFERENCES task_kinds,
    version      INTEGER NOT NULL CHECK (version > 0),
    name         TEXT NOT NULL,
    text         TEXT NOT NULL,
    translations TEXT NOT NULL DEFAULT '[]', -- a JSON list of [language, name, text]
    checkpoints  TEXT NOT NULL, -- a JSON list of ids
    needed       INTEGER NOT NULL CHECK (needed >= 0),
    submission   TEXT NOT NULL CHECK (submission IN ('none', 'text', 'reference')),
    verdict      INTEGER NOT NULL CHECK (verdict IN (0, 1)),
    tries        INTEGER NOT NULL CHECK (tries > 0),
    expires_at   TEXT,
    prizes       TEXT NOT NULL, -- a JSON list of skus; empty: every prize
    published_at TEXT NOT NULL,
    publisher    TEXT NOT NULL CHECK (length(publisher) > 0),
    PRIMARY KEY (kind, version)
) STRICT, WITHOUT ROWID;

INSERT INTO task_versions
    SELECT id, 1, name, text, '[]', checkpoints, needed, submission, verdict, tries, expires_at,
        prizes, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'configuration'
    FROM task_kinds;

ALTER TABLE task_kinds ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE task_kinds ADD COLUMN is_in_file INTEGER NOT NULL DEFAULT 1 CHECK (is_in_file IN (0, 1));
ALTER TABLE task_kinds DROP COLUMN name;
ALTER TABLE task_kinds DROP COLUMN text;
ALTER TABLE task_kinds DROP COLUMN checkpoints;
ALTER TABLE task_kinds DROP COLUMN needed;
ALTER TABLE task_kinds DROP COLUMN submission;
ALTER TABLE task_kinds DROP COLUMN verdict;
ALTER TABLE task_kinds DROP COLUMN tries;
ALTER TABLE task_kinds DROP COLUMN expires_at;
ALTER TABLE task_kinds DROP COLUMN prizes;
ALTER TABLE tasks ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
