-- Until when a token is good; NULL is for ever, as those are that were made before.
ALTER TABLE tokens ADD COLUMN expires_at TEXT;
