"""Tests of boxd.lights."""
