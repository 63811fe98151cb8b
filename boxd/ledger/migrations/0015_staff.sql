-- Staff: people known one by one, each by name and device.

CREATE TABLE staff (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    folded     TEXT NOT NULL UNIQUE,  -- what all spellings of the name have in common
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'attendant', 'operator', 'organiser')),
    invited_at TEXT NOT NULL,
    removed_at TEXT
) STRICT;

-- One invitation enrols one device. `digest` is SHA-256 of 256 random bits in its address.
CREATE TABLE staff_invitations (
    id         INTEGER PRIMARY KEY,
    staff      INTEGER NOT NULL REFERENCES staff (id),
    digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    closed_at  TEXT  -- used, or withdrawn
) STRICT;

-- `digest` is SHA-256 of 256 random bits in the device's cookie. A session by the booth's PIN has no
-- person, but the name that was typed, and the digest of the PIN that was good then.
CREATE TABLE staff_sessions (
    id           INTEGER PRIMARY KEY,
    staff        INTEGER REFERENCES staff (id),
    pin_name     TEXT,
    pin          BLOB,
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    device       TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    last_used_at TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    ended_at     TEXT,
    CHECK ((staff IS NULL) = (pin_name IS NOT NULL) AND (pin_name IS NULL) = (pin IS NULL))
) STRICT;
CREATE INDEX staff_sessions_by_person ON staff_sessions (staff);

CREATE TRIGGER staff_sessions_end_for_good BEFORE UPDATE OF ended_at ON staff_sessions
WHEN old.ended_at IS NOT NULL AND new.ended_at IS NOT old.ended_at BEGIN
    SELECT RAISE(ABORT, 'an ended session stays ended');
END;

CREATE TRIGGER staff_invitations_are_good_once BEFORE UPDATE OF closed_at ON staff_invitations
WHEN old.closed_at IS NOT NULL AND new.closed_at IS NOT old.closed_at BEGIN
    SELECT RAISE(ABORT, 'a closed invitation stays closed');
END;

-- Tokens can have the role of a viewer, too.
CREATE TABLE tokens_with_viewers (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL CHECK (role IN
        ('attendee_app', 'viewer', 'attendant', 'operator', 'organiser')),
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    created_at   TEXT NOT NULL,
    last_used_at TEXT,
    revoked_at   TEXT,
    expires_at   TEXT
) STRICT;
INSERT INTO tokens_with_viewers
    (id, name, role, digest, created_at, last_used_at, revoked_at, expires_at)
    SELECT id, name, role, digest, created_at, last_used_at, revoked_at, expires_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_with_viewers RENAME TO tokens;

CREATE TRIGGER tokens_are_revoked_for_good BEFORE UPDATE OF revoked_at ON tokens
WHEN old.revoked_at IS NOT NULL AND new.revoked_at IS NOT old.revoked_at BEGIN
    SELECT RAISE(ABORT, 'a revoked token stays revoked');
END;
