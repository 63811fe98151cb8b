"""Tests of boxd/console."""
