-- The picture of a prize, by the SHA-256 of a file beside the ledger.
CREATE TABLE prize_pictures (
    sku    TEXT PRIMARY KEY REFERENCES prizes,
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    at     TEXT NOT NULL,
    actor  TEXT NOT NULL CHECK (length(actor) > 0)
) STRICT, WITHOUT ROWID;
