"""Playbooks: boxd's own, and those that an organiser has written into files."""

from boxd.playbooks.known import playbook, playbooks

__all__ = ["playbook", "playbooks"]
