"""Tests of boxd/pictures."""
