-- People of a rehearsal: their codes are for the rehearsal's prize, of which nobody counts a unit.
-- Nobody can name that prize's sku, which is no sku by the rule for others.
ALTER TABLE attendees ADD COLUMN is_rehearsal INTEGER NOT NULL DEFAULT 0 CHECK (is_rehearsal IN (0, 1));
CREATE INDEX people_of_the_rehearsal ON attendees (id) WHERE is_rehearsal = 1;

CREATE TRIGGER codes_of_a_rehearsal BEFORE INSERT ON codes
WHEN (new.sku = '_rehearsal') <> (SELECT is_rehearsal FROM attendees WHERE id = new.attendee) BEGIN
    SELECT RAISE(ABORT, 'codes of a rehearsal are for its own prize, and no others');
END;
CREATE TRIGGER codes_of_a_rehearsal_stay BEFORE UPDATE OF sku ON codes
WHEN (new.sku = '_rehearsal') <> (old.sku = '_rehearsal') BEGIN
    SELECT RAISE(ABORT, 'codes of a rehearsal are for its own prize, and no others');
END;
