"""Arduinos on serial lines, by boxd's own protocol: docs/arduino-protocol.md."""
