-- The console shows what was given out today, at every change: not a scan of all that ever was.
CREATE INDEX redemptions_by_end ON redemptions (ended_at) WHERE stage = 'dispensed';
