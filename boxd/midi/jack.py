"""What only JACK can tell: whether its server lives, and which ports are connected.

python-rtmidi lists ports from shared memory that outlives the server, and its ports say "open"
after their peer has gone. A client of our own, through the very libjack that rtmidi has loaded,
knows better. Seen with jackd2 1.9: closing any client after the server's end crashes the process,
so such clients are never closed.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

MIDI_TYPE = b"8 bit raw midi"
IS_INPUT, IS_OUTPUT = 0x1, 0x2  # seen from JACK: an output is a source of messages
NO_START_SERVER = 0x01
MOST_ALIASES = 2  # JACK's own limit
CLIENT_NAME = "boxd-watch"

_Shutdown = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Complain = ctypes.CFUNCTYPE(None, ctypes.c_char_p)


def _ignore(_message: bytes) -> None:
    """Swallow libjack's own messages, which it would print: a device's state says them better."""


_silence = _Complain(_ignore)


class JackServer:
    """A running JACK server. Raises OSError if there is none."""

    def __init__(self) -> None:
        self._library = _load()
        name = f"{CLIENT_NAME}-{os.getpid()}".encode()
        status = ctypes.c_int()
        self._client = self._library.jack_client_open(name, NO_START_SERVER, ctypes.byref(status))
        if not self._client:
            raise OSError(f"no JACK server answers (status {status.value:#x}); is jackd running?")
        self.is_alive = True
        self._on_shutdown = _Shutdown(self._shut_down)  # kept, or it would be garbage-collected
        self._library.jack_on_shutdown(self._client, self._on_shutdown, None)
        if self._library.jack_activate(self._client):
            self._library.jack_client_close(self._client)
            raise OSError("the JACK server took no client")

    def ports(self, flag: int) -> tuple[str, ...]:
        """The MIDI ports that send (IS_OUTPUT) or take (IS_INPUT) messages."""
        found = self._library.jack_get_ports(self._client, None, MIDI_TYPE, flag)
        return self._names(found)

    def aliases_of(self, port: str) -> tuple[str, ...]:
        """A port's other names: jackd numbers hardware's ports, and keeps its name in these."""
        handle = self._library.jack_port_by_name(self._client, port.encode())
        if not handle:
            return ()
        size = self._library.jack_port_name_size()
        texts = [ctypes.create_string_buffer(size) for _ in range(MOST_ALIASES)]
        kept = (ctypes.c_char_p * MOST_ALIASES)()
        for place, text in enumerate(texts):
            kept[place] = ctypes.cast(text, ctypes.c_char_p)
        count = self._library.jack_port_get_aliases(handle, kept)
        return tuple(str(text.value, "utf-8", "replace") for text in texts[: max(count, 0)])

    def connections_of(self, port: str) -> tuple[str, ...]:
        """The ports that `port` is connected with; none if it does not exist."""
        handle = self._library.jack_port_by_name(self._client, port.encode())
        if not handle:
            return ()
        found = self._library.jack_port_get_all_connections(self._client, handle)
        return self._names(found)

    def close(self) -> None:
        """Leave the server, if it still lives."""
        if self.is_alive:
            self.is_alive = False
            self._library.jack_client_close(self._client)

    def _shut_down(self, _argument: object) -> None:
        # JACK calls this on a thread of its own: one assignment, and nothing else.
        self.is_alive = False

    def _names(self, found: ctypes.Array[ctypes.c_char_p]) -> tuple[str, ...]:
        if not found:
            return ()
        names = []
        for name in found:
            if name is None:
                break
            names.append(str(name, "utf-8", "replace"))
        self._library.jack_free(found)
        return tuple(names)


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(_path_of_libjack())
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    names = ctypes.POINTER(text)
    for function, result, arguments in (
        ("jack_client_open", pointer, [text, ctypes.c_int, pointer]),
        ("jack_client_close", ctypes.c_int, [pointer]),
        ("jack_activate", ctypes.c_int, [pointer]),
        ("jack_on_shutdown", None, [pointer, _Shutdown, pointer]),
        ("jack_get_ports", names, [pointer, text, text, ctypes.c_ulong]),
        ("jack_port_by_name", pointer, [pointer, text]),
        ("jack_port_get_all_connections", names, [pointer, pointer]),
        ("jack_port_name_size", ctypes.c_int, []),
        ("jack_port_get_aliases", ctypes.c_int, [pointer, names]),
        ("jack_free", None, [pointer]),
        ("jack_set_error_function", None, [_Complain]),
        ("jack_set_info_function", None, [_Complain]),
    ):
        entry = getattr(library, function)
        entry.restype, entry.argtypes = result, arguments
    library.jack_set_error_function(_silence)
    library.jack_set_info_function(_silence)
    return library


def _path_of_libjack() -> str:
    """The libjack that rtmidi has loaded into this process: two copies would not agree."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        path = line.partition("/")[2]
        if Path(path).name.startswith("libjack"):
            return f"/{path}"
    raise OSError("python-rtmidi was built without JACK; use the ALSA backend")
