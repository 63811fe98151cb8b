"""What the name of a MIDI port says: ALSA, JACK and PipeWire write one device's name differently.

Seen: `CodeTV Board 0:CodeTV Board 0 MIDI 1 20:0` (ALSA), `CodeTV Board 0-01:midi` (a second JACK
client of that name), `a2j:CodeTV Board 0 [20] (capture): CodeTV Board 0 MIDI 1`, and
`Midi-Bridge:CodeTV Board 0 CodeTV Board 0 MIDI 1 (capture)` (PipeWire). Since Linux 5.15 the
kernel calls a port after its card and its plug, and keeps 31 bytes of that:
`APC mini mk2:APC mini mk2 APC mini mk2 Contr 24:0`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KERNEL_BYTES = 31
"""What the kernel keeps of a card's name, and of a port's (sound/asound.h: 32 with the end)."""

# What may follow a product's name: a second JACK client's number, ALSA's port and numbers.
_AFTER = r"(?:-\d\d)?(?=$|[^\w\s-]|\s+(?:MIDI \d+|\d+:\d+|[\[(]))"
_BEFORE = r"(?:^|[^\w\s])\s*"
# Programs that bring ALSA's devices to JACK as ports of their own.
_BRIDGES = ("a2j", "Midi-Bridge", "alsa_pcm")
# ALSA's loop-back, which is there on every machine, and boxd's own ports on JACK.
_OWN = ("Midi Through:", "Midi-Bridge:Midi Through", "boxd-")
_ADDRESS = re.compile(r"\s(\d+):(\d+)$")
_DIRECTION = re.compile(r"\s*(?:\[\d+\]|\((?:capture|playback)(?:_\d+)?\))\s*")
_JACK_NUMBER = re.compile(r"(?:capture|playback)_(\d+)(\)?)")
_BRIDGED_USB = re.compile(r" at usb-[^\s,]+-([\d.]+)\b[^:]*")
_DASHED = re.compile(r"[^A-Za-z0-9/_:()]")


@dataclass(frozen=True)
class PortFacts:
    """What is known of a port besides its name.

    `aliases` are its other names. `usb` is the path of its USB socket, e.g. `1-1.2`, or `1.2` where
    the bus is not known; empty if nothing is. `number` is its place among the ports of its device,
    from 0.
    """

    aliases: tuple[str, ...] = ()
    usb: str = ""
    number: int | None = None


def is_foreign(port: str) -> bool:
    """False for ALSA's loop-back and for boxd's own ports."""
    return not port.startswith(_OWN)


def facts_in(port: str, aliases: tuple[str, ...] = ()) -> PortFacts:
    """What a port's names alone say."""
    names = (port, *aliases)
    usb = next((found[1] for name in names if (found := _BRIDGED_USB.search(name))), "")
    numbers = (_number(name) for name in names)
    return PortFacts(aliases, usb, next((each for each in numbers if each is not None), None))


def _number(port: str) -> int | None:
    if found := _ADDRESS.search(port):
        return int(found[2])
    if port.startswith("system:"):  # numbered through all devices
        return None
    if found := _JACK_NUMBER.search(port):
        return int(found[1]) - (0 if found[2] else 1)  # PipeWire counts from 0, JACK from 1
    return None


def belongs_to(port: str, product: str) -> bool:
    """Whether a port's name means exactly this product, whatever the system adds around it.

    `product` is the device's name, its port's, or both, with or without a colon between them.
    """
    client, name = split(port)
    own = _own(client, name)
    # A port's bare number, `MIDI 1`, is no device's name.
    readings = (port, client, name, own if own.startswith(_card(client, name)) else name)
    return (
        any(_names(reading, product) for reading in readings)
        or _joined(f"{client} {name}") == _joined(product)
        or _is_cut_from(client, name, product)
        or _is_dashed(port, product)
    )


def short_names(port: str) -> tuple[str, ...]:
    """The names that a configuration could use for this port, the shortest first."""
    client, name = split(port)
    own = _own(client, name)
    names = [client, own if own.startswith(client) else name, name, f"{client}:{name}".strip(":")]
    return tuple(each for each in dict.fromkeys(names) if each)


def split(port: str) -> tuple[str, str]:
    """The device's name and its port's, without what the system adds; the latter may be empty."""
    bare = _DIRECTION.sub(" ", _ADDRESS.sub("", _BRIDGED_USB.sub("", port))).strip()
    parts = [part.strip() for part in bare.split(":") if part.strip()]
    if len(parts) > 1 and parts[0] in _BRIDGES:
        parts = parts[1:]
    if not parts:
        return "", ""
    if len(parts) == 1 and (head := _doubled(parts[0])):
        return head, parts[0][len(head) + 1 :]
    return parts[0], ":".join(parts[1:])


def _own(client: str, name: str) -> str:
    """The port's own name, without the card's that the kernel writes before it."""
    card = _card(client, name)
    return name[len(card) + 1 :] if name.startswith(f"{card} ") else name


def _card(client: str, name: str) -> str:
    """The card's name: PipeWire's client has its maker's before it."""
    return client if name.startswith(f"{client} ") else _doubled(name) or client


def _doubled(text: str) -> str:
    """The words with which the text begins twice; empty if it does not."""
    words = text.split()
    heads = (" ".join(words[:count]) for count in range(1, len(words) // 2 + 1))
    return next((head for head in heads if f"{text} ".startswith(f"{head} {head} ")), "")


def _names(text: str, product: str) -> bool:
    return re.search(_BEFORE + re.escape(product) + _AFTER, text) is not None


def _joined(text: str) -> str:
    return " ".join(text.replace(":", " ").split())


def _is_cut_from(client: str, name: str, product: str) -> bool:
    """Whether the kernel would have cut this product's name to that of the port."""
    if len(name.encode()) != KERNEL_BYTES:
        return False
    whole = (product, _joined(product), f"{_card(client, name)} {product}")
    return any(_cut(each) == name.encode() for each in whole if len(each.encode()) > KERNEL_BYTES)


def _cut(text: str) -> bytes:
    return text.encode()[:KERNEL_BYTES]


def _is_dashed(port: str, product: str) -> bool:
    """Whether jackd has made this port's alias of the product: every odd character is a dash."""
    found = re.fullmatch(r"(?:alsa_pcm:)?(.+?)(?:/midi_|:midi/)(?:capture|playback)_\d+", port)
    return found is not None and found[1] == _DASHED.sub("-", product)
