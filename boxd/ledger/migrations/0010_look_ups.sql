-- What is looked up at every claim, every refresh of the HUD and on a redemption's page, so that it
-- costs the same after a hundred thousand redemptions.
CREATE INDEX redemptions_that_are_open ON redemptions (id) WHERE ended_at IS NULL;
CREATE INDEX actuations_of_redemptions ON actuations (redemption) WHERE redemption IS NOT NULL;
CREATE INDEX audit_of_redemptions ON audit (redemption) WHERE redemption IS NOT NULL;
CREATE INDEX alarms_that_stand ON alarms (id) WHERE cleared_at IS NULL;
