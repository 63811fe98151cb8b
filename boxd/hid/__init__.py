"""USB number pads, keyboards and scanners, as the kernel's input devices."""
