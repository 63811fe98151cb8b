"""Tests of boxd/lists."""
