-- When somebody took a card by the poster; NULL for everybody else.
ALTER TABLE attendees ADD COLUMN walked_up_at TEXT;
CREATE INDEX attendees_who_walked_up ON attendees (walked_up_at) WHERE walked_up_at IS NOT NULL;
