-- The operations that a token may ask for, by name and with blanks between; NULL is all of its role.
ALTER TABLE tokens ADD COLUMN only TEXT;
