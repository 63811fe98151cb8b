"""USB-MIDI boards: codecs, ports and hot-plug."""
