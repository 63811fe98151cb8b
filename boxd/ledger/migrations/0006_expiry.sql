-- Codes whose time is over are found without looking at all the others.
CREATE INDEX codes_that_are_ready ON codes (expires_at) WHERE state = 'ready';
