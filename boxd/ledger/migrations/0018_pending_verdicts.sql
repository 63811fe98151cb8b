-- Verdicts of the console's inbox that can still be undone. A task is in it once: whoever judges
-- first has judged. `is_final` is set before the verdict goes to the task, and then stays.
CREATE TABLE pending_verdicts (
    task     TEXT PRIMARY KEY REFERENCES tasks,
    step     INTEGER NOT NULL,
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    reason   TEXT NOT NULL,
    actor    TEXT NOT NULL CHECK (length(actor) > 0),
    at       TEXT NOT NULL,
    is_final INTEGER NOT NULL DEFAULT 0 CHECK (is_final IN (0, 1))
) STRICT, WITHOUT ROWID;
