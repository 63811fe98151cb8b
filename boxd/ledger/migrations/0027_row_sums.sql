-- A sum of digests for each table: what the card changes by itself is found when it is read again.
-- x'000000' says that the sums are to be made; theirs are multiples of eight bytes.
CREATE TABLE row_sums (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    schema INTEGER NOT NULL,
    sums   BLOB NOT NULL
) STRICT;
INSERT INTO row_sums (one, schema, sums) VALUES (1, 0, x'000000');
