-- What attendees do to earn codes: kinds of task, tasks, scans, submissions, verdicts; and the
-- issue of a code as a row that is moved on step by step, with the unit held for it.

-- `pseudonym` names an attendee where nothing personal may stand, and survives forgetting.
-- Links of an earlier `link_generation` are of no use any more.
ALTER TABLE attendees ADD COLUMN pseudonym TEXT NOT NULL DEFAULT '';
ALTER TABLE attendees ADD COLUMN link_generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attendees ADD COLUMN forgotten_at TEXT;

UPDATE attendees SET pseudonym = 'a-' || lower(hex(randomblob(6)));
CREATE UNIQUE INDEX a_pseudonym_is_ones_own ON attendees (pseudonym);
CREATE TRIGGER attendees_have_pseudonyms AFTER INSERT ON attendees WHEN new.pseudonym = '' BEGIN
    UPDATE attendees SET pseudonym = 'a-' || lower(hex(randomblob(6))) WHERE id = new.id;
END;
CREATE TRIGGER attendees_are_forgotten_for_good BEFORE UPDATE ON attendees
WHEN old.forgotten_at IS NOT NULL AND (new.reference IS NOT NULL OR new.forgotten_at IS NULL) BEGIN
    SELECT RAISE(ABORT, 'a forgotten attendee stays forgotten');
END;

-- As the configuration had them last; one that it has no more is not offered, and keeps its rules
-- for the tasks that are open.
CREATE TABLE checkpoints (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE task_kinds (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    text        TEXT NOT NULL,
    checkpoints TEXT NOT NULL, -- a JSON list of ids
    needed      INTEGER NOT NULL CHECK (needed >= 0),
    submission  TEXT NOT NULL CHECK (submission IN ('none', 'text', 'reference')),
    verdict     INTEGER NOT NULL CHECK (verdict IN (0, 1)),
    tries       INTEGER NOT NULL CHECK (tries > 0),
    expires_at  TEXT,
    prizes      TEXT NOT NULL, -- a JSON list of skus; empty: every prize
    offered     INTEGER NOT NULL DEFAULT 1 CHECK (offered IN (0, 1))
) STRICT, WITHOUT ROWID;

-- One row for each task and attendee, however often it is asked for.
CREATE TABLE tasks (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL REFERENCES task_kinds,
    attendee     INTEGER NOT NULL REFERENCES attendees,
    state        TEXT NOT NULL DEFAULT 'open' CHECK (state IN
        ('open', 'approved', 'rewarded', 'sold_out', 'over_limit', 'failed', 'refused', 'expired',
         'withdrawn')),
    step         INTEGER NOT NULL DEFAULT 1,
    tries_used   INTEGER NOT NULL DEFAULT 0,
    last_refusal TEXT NOT NULL DEFAULT '',
    code         INTEGER UNIQUE REFERENCES codes,
    started_at   TEXT NOT NULL,
    since        TEXT NOT NULL,
    ended_at     TEXT,
    UNIQUE (attendee, kind),
    CHECK ((state = 'rewarded') = (code IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (state IN ('open', 'approved')))
) STRICT, WITHOUT ROWID;

CREATE INDEX tasks_that_are_open ON tasks (id) WHERE ended_at IS NULL;
CREATE INDEX tasks_by_start ON tasks (started_at, id);
CREATE TRIGGER tasks_are_rewarded_once BEFORE UPDATE OF state, code ON tasks
WHEN old.state = 'rewarded' BEGIN
    SELECT RAISE(ABORT, 'a task that is rewarded stays so');
END;

-- Each checkpoint counts once. `id` is that of the request, so that a repeated one is recognised.
CREATE TABLE scans (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    task       TEXT NOT NULL REFERENCES tasks,
    checkpoint TEXT NOT NULL REFERENCES checkpoints,
    actor      TEXT NOT NULL CHECK (length(actor) > 0),
    at         TEXT NOT NULL,
    UNIQUE (task, checkpoint)
) STRICT;

-- What was handed in, for which try; the latest of a try counts. `text` is personal and goes when
-- the attendee is forgotten.
CREATE TABLE submissions (
    seq   INTEGER PRIMARY KEY,
    id    TEXT NOT NULL UNIQUE,
    task  TEXT NOT NULL REFERENCES tasks,
    try   INTEGER NOT NULL,
    text  TEXT,
    actor TEXT NOT NULL CHECK (length(actor) > 0),
    at    TEXT NOT NULL
) STRICT;
CREATE INDEX submissions_of_tasks ON submissions (task, try);

CREATE TABLE verdicts (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    task     TEXT NOT NULL REFERENCES tasks,
    try      INTEGER NOT NULL,
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    reason   TEXT NOT NULL,
    actor    TEXT NOT NULL CHECK (length(actor) > 0),
    at       TEXT NOT NULL,
    UNIQUE (task, try),
    CHECK (approved = 1 OR length(reason) > 0)
) STRICT;

-- The issue of one code, moved on step by step: asked, picked, held, minted, done; or ended
-- without a code. `draw` is the random number (53 bits) and `among` what it fell on, as a JSON list
-- of [sku, weight]: the sku is the one that draw * sum(weights) >> 53 falls on.
CREATE TABLE issues (
    id         TEXT PRIMARY KEY,
    task       TEXT REFERENCES tasks,
    attendee   INTEGER NOT NULL REFERENCES attendees,
    prizes     TEXT NOT NULL, -- a JSON list of skus; empty: every prize
    valid_days INTEGER,       -- NULL: as configured
    actor      TEXT NOT NULL CHECK (length(actor) > 0),
    state      TEXT NOT NULL DEFAULT 'asked' CHECK (state IN
        ('asked', 'picked', 'held', 'minted', 'done', 'sold_out', 'over_limit', 'undone')),
    attempt    INTEGER NOT NULL DEFAULT 0,
    draw       INTEGER,
    among      TEXT,
    sku        TEXT REFERENCES prizes,
    code       INTEGER UNIQUE REFERENCES codes,
    why        TEXT NOT NULL DEFAULT '',
    asked_at   TEXT NOT NULL,
    since      TEXT NOT NULL,
    ended_at   TEXT,
    CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'sold_out', 'over_limit', 'undone'))),
    CHECK (state NOT IN ('picked', 'held', 'minted', 'done') OR sku IS NOT NULL),
    CHECK (state NOT IN ('minted', 'done') OR code IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX issues_that_are_open ON issues (id) WHERE ended_at IS NULL;
CREATE INDEX issues_of_tasks ON issues (task);
CREATE TRIGGER issues_end_once BEFORE UPDATE OF state ON issues WHEN old.ended_at IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'the issue of a code ends once');
END;

-- One unit set aside for an issue. While it is open, it is held without a code; once coded, the
-- code has it; released, it is on hand again.
CREATE TABLE holds (
    issue    TEXT PRIMARY KEY REFERENCES issues,
    sku      TEXT NOT NULL REFERENCES prizes,
    state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'coded', 'released')),
    held_at  TEXT NOT NULL,
    ended_at TEXT,
    CHECK ((ended_at IS NULL) = (state = 'open'))
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_that_are_open ON holds (issue) WHERE state = 'open';
CREATE TRIGGER holds_end_once BEFORE UPDATE OF state ON holds WHEN old.state <> 'open' BEGIN
    SELECT RAISE(ABORT, 'a hold ends once');
END;

CREATE INDEX codes_of_attendees ON codes (attendee);
