"""Locker boards on RS485: several boards on one serial adapter, each with up to 48 locks."""
