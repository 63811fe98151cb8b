-- What a prize is called in languages other than the event's own, whose name `prizes` has.
CREATE TABLE prize_names (
    sku      TEXT NOT NULL REFERENCES prizes,
    language TEXT NOT NULL CHECK (length(language) > 0),
    name     TEXT NOT NULL CHECK (length(name) > 0),
    PRIMARY KEY (sku, language)
) STRICT, WITHOUT ROWID;
