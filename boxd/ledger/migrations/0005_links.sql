-- Links of checkpoints can be revoked: a sign's link of an earlier generation counts no more.
ALTER TABLE checkpoints ADD COLUMN link_generation INTEGER NOT NULL DEFAULT 0;
