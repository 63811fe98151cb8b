"""Tests of boxd/words."""
