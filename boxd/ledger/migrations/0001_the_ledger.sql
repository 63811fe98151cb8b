-- Prizes, stock as movements, codes, redemptions, actuations, the audit trail.
-- Times are ISO 8601 in UTC; order comes from row numbers, never from the clock.

CREATE TABLE prizes (
    sku     TEXT PRIMARY KEY,
    name    TEXT NOT NULL CHECK (length(name) > 0),
    weight  INTEGER NOT NULL DEFAULT 1 CHECK (weight >= 0)
) STRICT, WITHOUT ROWID;

-- The sums of a prize's movements. Only the trigger below writes here.
CREATE TABLE stock (
    sku         TEXT PRIMARY KEY REFERENCES prizes,
    received    INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
    on_hand     INTEGER NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    held        INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    dispensed   INTEGER NOT NULL DEFAULT 0 CHECK (dispensed >= 0),
    written_off INTEGER NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    CHECK (received = on_hand + held + dispensed + written_off)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER prizes_have_stock AFTER INSERT ON prizes BEGIN
    INSERT INTO stock (sku) VALUES (new.sku);
END;

-- One row for each change of stock: units leave `source` and come to `target`.
CREATE TABLE movements (
    id       INTEGER PRIMARY KEY,
    at       TEXT NOT NULL,
    sku      TEXT NOT NULL REFERENCES prizes,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    source   TEXT NOT NULL CHECK (source IN ('outside', 'on_hand', 'held', 'dispensed', 'written_off')),
    target   TEXT NOT NULL CHECK (target IN ('on_hand', 'held', 'dispensed', 'written_off')),
    code     INTEGER REFERENCES codes,
    actor    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    CHECK (source <> target),
    CHECK (source <> 'outside' OR target = 'on_hand')
) STRICT;

CREATE TRIGGER movements_move_stock AFTER INSERT ON movements BEGIN
    UPDATE stock SET
        received    = received    + new.quantity * (new.source = 'outside'),
        on_hand     = on_hand     + new.quantity * ((new.target = 'on_hand') - (new.source = 'on_hand')),
        held        = held        + new.quantity * ((new.target = 'held') - (new.source = 'held')),
        dispensed   = dispensed   + new.quantity * ((new.target = 'dispensed') - (new.source = 'dispensed')),
        written_off = written_off + new.quantity * ((new.target = 'written_off') - (new.source = 'written_off'))
    WHERE sku = new.sku;
END;
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements BEGIN
    SELECT RAISE(ABORT, 'movements are never changed');
END;
CREATE TRIGGER movements_remain BEFORE DELETE ON movements BEGIN
    SELECT RAISE(ABORT, 'movements are never deleted');
END;

-- Whom codes are made for. `reference` is what the organiser calls them and may be personal.
CREATE TABLE attendees (
    id        INTEGER PRIMARY KEY,
    reference TEXT UNIQUE
) STRICT;

-- Claim codes. `digest` is all that a claim needs; `sealed` is the code for its owner's eyes.
-- A code that is ready or in use has one unit of `sku` held for it.
CREATE TABLE codes (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE,
    sealed     BLOB NOT NULL,
    box        TEXT NOT NULL,
    attendee   INTEGER NOT NULL REFERENCES attendees,
    sku        TEXT NOT NULL REFERENCES prizes,
    state      TEXT NOT NULL CHECK (state IN ('ready', 'in_use', 'spent', 'expired', 'voided')),
    issued_at  TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER codes_end_once BEFORE UPDATE OF state ON codes
WHEN old.state IN ('spent', 'expired', 'voided') BEGIN
    SELECT RAISE(ABORT, 'a code that is spent, expired or voided stays so');
END;

CREATE TABLE lockers (
    id         INTEGER PRIMARY KEY,
    in_service INTEGER NOT NULL DEFAULT 1 CHECK (in_service IN (0, 1)),
    reason     TEXT NOT NULL DEFAULT ''
) STRICT;

-- One row for each Enter that was decided, refused ones too.
CREATE TABLE redemptions (
    id              TEXT PRIMARY KEY,
    bay             TEXT NOT NULL,
    stage           TEXT NOT NULL CHECK (stage IN
        ('load', 'open', 'ask', 'jam', 'take', 'dispensed', 'declined', 'cancelled', 'refused')),
    step            INTEGER NOT NULL DEFAULT 1,
    attempt         INTEGER NOT NULL DEFAULT 0,
    outcome_unknown INTEGER NOT NULL DEFAULT 0 CHECK (outcome_unknown IN (0, 1)),
    locker          INTEGER REFERENCES lockers,
    code            INTEGER REFERENCES codes,
    sku             TEXT REFERENCES prizes,
    refusal         TEXT,
    begun_at        TEXT NOT NULL,
    since           TEXT NOT NULL,
    ended_at        TEXT,
    CHECK ((stage = 'refused') = (refusal IS NOT NULL)),
    CHECK (stage = 'refused' OR (locker IS NOT NULL AND code IS NOT NULL AND sku IS NOT NULL)),
    CHECK ((ended_at IS NOT NULL) = (stage IN ('dispensed', 'declined', 'cancelled', 'refused')))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX a_bay_serves_one ON redemptions (bay) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX a_locker_holds_one ON redemptions (locker) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX a_code_is_claimed_once ON redemptions (code)
    WHERE ended_at IS NULL OR stage = 'dispensed';

-- What people answered, by the answer's own id, so that a repeated one is recognised.
CREATE TABLE answers (
    id         TEXT PRIMARY KEY,
    redemption TEXT NOT NULL REFERENCES redemptions,
    step       INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    at         TEXT NOT NULL,
    UNIQUE (redemption, step)
) STRICT, WITHOUT ROWID;

-- One row for each order to a latch, written before the pulse. `outcome` NULL is an order whose
-- end is not recorded (yet); after a crash that becomes 'unknown' and is never repeated.
CREATE TABLE actuations (
    id         TEXT PRIMARY KEY,
    locker     INTEGER NOT NULL REFERENCES lockers,
    latch      TEXT NOT NULL,
    redemption TEXT REFERENCES redemptions,
    actor      TEXT NOT NULL CHECK (length(actor) > 0),
    reason     TEXT NOT NULL CHECK (length(reason) > 0),
    intent_at  TEXT NOT NULL,
    outcome    TEXT CHECK (outcome IN ('done', 'failed', 'unknown')),
    outcome_at TEXT,
    note       TEXT NOT NULL DEFAULT '',
    CHECK ((outcome IS NULL) = (outcome_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX actuations_without_outcome ON actuations (id) WHERE outcome IS NULL;
CREATE TRIGGER actuations_end_once BEFORE UPDATE OF outcome ON actuations
WHEN old.outcome IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'an outcome is recorded once');
END;

-- Wrong codes at a bay. While `boot` is this boot, the lock ends at `until_s` on its boot clock;
-- after another boot the whole `lock_s` begins anew, since no clock tells how long it was dark.
CREATE TABLE lockouts (
    bay     TEXT PRIMARY KEY,
    wrong   INTEGER NOT NULL DEFAULT 0,
    level   INTEGER NOT NULL DEFAULT 0,
    lock_s  REAL NOT NULL DEFAULT 0,
    boot    TEXT NOT NULL DEFAULT '',
    until_s REAL NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE alarms (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    text       TEXT NOT NULL,
    raised_at  TEXT NOT NULL,
    cleared_at TEXT
) STRICT;

CREATE UNIQUE INDEX an_alarm_stands_once ON alarms (kind, subject) WHERE cleared_at IS NULL;

-- Who did what. `hash` is SHA-256 over `previous` and the row's other columns (see audit.py).
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY,
    at         TEXT NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    cause      TEXT NOT NULL,
    redemption TEXT,
    bay        TEXT,
    locker     INTEGER,
    code       INTEGER,
    sku        TEXT,
    detail     TEXT NOT NULL,
    previous   BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
