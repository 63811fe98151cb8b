-- Which lines of a batch got no code, and why: a batch that is sent again is answered as it was. The
-- organiser's file has the names; nobody is kept here who got nothing.
CREATE TABLE batch_refusals (
    batch TEXT NOT NULL,
    line INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (length(why) > 0),
    PRIMARY KEY (batch, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER batch_refusals_stay BEFORE UPDATE ON batch_refusals BEGIN
    SELECT RAISE(ABORT, 'what a batch was answered is never changed');
END;
