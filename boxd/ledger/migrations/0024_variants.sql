-- Forms of one prize, such as the sizes of a T-shirt: each is a prize with a stock of its own, and
-- drawn with the weight of the prize that it is a form of. `place` is their order for people.
CREATE TABLE prize_variants (
    sku    TEXT PRIMARY KEY REFERENCES prizes,
    of_sku TEXT NOT NULL REFERENCES prizes,
    label  TEXT NOT NULL CHECK (length(label) > 0),
    place  INTEGER NOT NULL CHECK (place > 0),
    UNIQUE (of_sku, label),
    UNIQUE (of_sku, place),
    CHECK (sku <> of_sku)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER variants_have_no_variants BEFORE INSERT ON prize_variants
WHEN EXISTS (SELECT 1 FROM prize_variants WHERE sku = new.of_sku OR of_sku = new.sku) BEGIN
    SELECT RAISE(ABORT, 'a variant has no variants of its own');
END;
