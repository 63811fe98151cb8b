"""MIDI messages in words, as a manual would name them."""

from __future__ import annotations

import mido

UNREMARKABLE = ("clock", "active_sensing")  # some devices send these all the time

_SHOWN_BYTES = 12


def in_words(message: mido.Message) -> str:
    """One message, with what a map would need of it."""
    match message.type:
        case "note_on" | "note_off":
            on = "on" if message.type == "note_on" and message.velocity else "off"
            return f"note {message.note} {on}, velocity {message.velocity}{_channel(message)}"
        case "control_change":
            return f"control {message.control}, value {message.value}{_channel(message)}"
        case "program_change":
            return f"program change {message.program}{_channel(message)}"
        case "pitchwheel":
            return f"pitch bend {message.pitch}{_channel(message)}"
        case "aftertouch":
            return f"pressure {message.value}{_channel(message)}"
        case "polytouch":
            return f"pressure {message.value} on note {message.note}{_channel(message)}"
        case "sysex":
            shown = " ".join(f"{byte:02X}" for byte in message.bytes()[:_SHOWN_BYTES])
            cut = " …" if len(message.bytes()) > _SHOWN_BYTES else ""
            return f"SysEx {shown}{cut}"
    return str(message.type).replace("_", " ")


def _channel(message: mido.Message) -> str:
    return f" on channel {message.channel + 1}"
