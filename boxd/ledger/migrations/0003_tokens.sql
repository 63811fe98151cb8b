-- Who may use the API, and what was answered to requests that carried an idempotency key.

-- `digest` is SHA-256 of the secret, which has 256 random bits and is shown once.
CREATE TABLE tokens (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL CHECK (role IN
        ('attendee_app', 'attendant', 'operator', 'organiser')),
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    created_at   TEXT NOT NULL,
    last_used_at TEXT,
    revoked_at   TEXT
) STRICT;

CREATE TRIGGER tokens_are_revoked_for_good BEFORE UPDATE OF revoked_at ON tokens
WHEN old.revoked_at IS NOT NULL AND new.revoked_at IS NOT old.revoked_at BEGIN
    SELECT RAISE(ABORT, 'a revoked token stays revoked');
END;

-- One row for each request that was carried out under a key, written in the same transaction as
-- what it changed. `owner` is the token's id, 0 for the commands' socket; `asked` a keyed digest
-- of the request; `answer` is sealed: it may hold a code's digits. NULL: it was not kept.
CREATE TABLE requests (
    owner  INTEGER NOT NULL,
    key    TEXT NOT NULL,
    asked  BLOB NOT NULL,
    at     TEXT NOT NULL,
    status INTEGER,
    answer BLOB,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_age ON requests (at);
