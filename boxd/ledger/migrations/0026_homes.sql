-- The box to which an attendee was sent whose code is at home there; NULL for every other redemption.
ALTER TABLE redemptions ADD COLUMN home TEXT;
