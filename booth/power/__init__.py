"""Power cuts: a box whose disk forgets what was not flushed, cut off at random moments."""
