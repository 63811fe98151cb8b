-- Units of a prize on their way from one box of a fleet to another. Both ledgers have a row of the
-- same id: the sender's follows what the receiver's says. What of `units` is neither arrived,
-- returned nor written off is nobody's.
CREATE TABLE stock_moves (
    id          TEXT PRIMARY KEY,
    sku         TEXT NOT NULL,
    name        TEXT NOT NULL,
    units       INTEGER NOT NULL CHECK (units > 0),
    sender      INTEGER NOT NULL,
    receiver    INTEGER NOT NULL,
    is_ours     INTEGER NOT NULL CHECK (is_ours IN (0, 1)), -- 1: this box is the sender
    is_signed   INTEGER NOT NULL DEFAULT 0 CHECK (is_signed IN (0, 1)), -- the receiver has counted
    arrived     INTEGER NOT NULL DEFAULT 0 CHECK (arrived >= 0),
    returned    INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
    written_off INTEGER NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    since       TEXT NOT NULL,
    CHECK (sender <> receiver),
    CHECK (arrived + returned + written_off <= units)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_stock_moves ON stock_moves (id) WHERE arrived + returned + written_off < units;

CREATE TRIGGER stock_moves_keep_their_order BEFORE UPDATE ON stock_moves
WHEN (new.id, new.sku, new.units, new.sender, new.receiver, new.is_ours)
    <> (old.id, old.sku, old.units, old.sender, old.receiver, old.is_ours) BEGIN
    SELECT RAISE(ABORT, 'what left, from where and where to, is never changed');
END;
CREATE TRIGGER stock_moves_go_on BEFORE UPDATE ON stock_moves
WHEN new.returned < old.returned OR (old.is_ours = 0 AND (new.is_signed < old.is_signed
    OR new.arrived < old.arrived OR new.written_off < old.written_off)) BEGIN
    SELECT RAISE(ABORT, 'what was signed is never taken back');
END;
CREATE TRIGGER stock_moves_remain BEFORE DELETE ON stock_moves BEGIN
    SELECT RAISE(ABORT, 'stock moves are never deleted');
END;

-- A movement may go outside: to another box. A check of a column can't be changed in place.
CREATE TABLE movements_between_boxes (
    id         INTEGER PRIMARY KEY,
    at         TEXT NOT NULL,
    sku        TEXT NOT NULL REFERENCES prizes,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    source     TEXT NOT NULL
        CHECK (source IN ('outside', 'on_hand', 'held', 'dispensed', 'written_off')),
    target     TEXT NOT NULL
        CHECK (target IN ('outside', 'on_hand', 'held', 'dispensed', 'written_off')),
    code       INTEGER REFERENCES codes,
    actor      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    stock_move TEXT REFERENCES stock_moves,
    CHECK (source <> target),
    CHECK (source <> 'outside' OR target = 'on_hand'),
    CHECK (target <> 'outside' OR (source = 'on_hand' AND stock_move IS NOT NULL))
) STRICT;
INSERT INTO movements_between_boxes
    (id, at, sku, quantity, source, target, code, actor, reason)
    SELECT id, at, sku, quantity, source, target, code, actor, reason FROM movements;
DROP TABLE movements;
ALTER TABLE movements_between_boxes RENAME TO movements;
CREATE INDEX movements_of_stock_moves ON movements (stock_move) WHERE stock_move IS NOT NULL;

CREATE TRIGGER movements_move_stock AFTER INSERT ON movements BEGIN
    UPDATE stock SET
        received    = received    + new.quantity * ((new.source = 'outside') - (new.target = 'outside')),
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
