"""An open file whose bytes are taken as they arrive: a serial line, an input device."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

READ_BYTES = 4096


class WatchedFile:
    """A file that is open without waiting, until `stop` or its failure. It is not closed here.

    `on_error` gets the failure, and nothing arrives afterwards. `on_nothing` is called when the
    file could be read and there was nothing: what that means is the device's.
    """

    def __init__(
        self,
        file: int,
        on_bytes: Callable[[bytes], None],
        on_error: Callable[[OSError], None],
        on_nothing: Callable[[], None],
    ) -> None:
        self.is_watched = True
        self._file = file
        self._on_bytes = on_bytes
        self._on_error = on_error
        self._on_nothing = on_nothing
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(file, self._read)

    def stop(self) -> None:
        """Take nothing more."""
        if self.is_watched:
            self.is_watched = False
            self._loop.remove_reader(self._file)

    def _read(self) -> None:
        try:
            data = os.read(self._file, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self.stop()
            self._on_error(error)
            return
        if data:
            self._on_bytes(data)
        else:
            self._on_nothing()
