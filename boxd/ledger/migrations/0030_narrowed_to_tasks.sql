-- The kinds of task and the checkpoints that a token is narrowed to, and the kinds that somebody of
-- the staff is; by id and with blanks between. NULL is all of them.
ALTER TABLE tokens ADD COLUMN kinds TEXT;
ALTER TABLE tokens ADD COLUMN checkpoints TEXT;
ALTER TABLE staff ADD COLUMN kinds TEXT;
