-- Which codes were made as one batch, by the lines of the organiser's file: a batch that is sent
-- again is recognised after any restart, and its codes can be fetched again.
CREATE TABLE batch_codes (
    batch TEXT NOT NULL,
    line INTEGER NOT NULL,
    code INTEGER NOT NULL UNIQUE REFERENCES codes (id),
    PRIMARY KEY (batch, line)
) STRICT, WITHOUT ROWID;
