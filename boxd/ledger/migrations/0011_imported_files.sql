-- Files that brought stock or codes, by what they were for and the SHA-256 of their bytes: the same
-- file once more would bring everything once more.
CREATE TABLE imported_files (
    purpose TEXT NOT NULL CHECK (purpose IN ('prizes', 'codes')),
    digest  TEXT NOT NULL CHECK (length(digest) = 64),
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (purpose, digest)
) STRICT, WITHOUT ROWID;
