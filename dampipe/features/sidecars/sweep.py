"""The share of sidecars in a sweep: those that changed are read, and wishes that are due are written."""

import time
from collections.abc import Mapping

from dampipe.features.sidecars.reader import SidecarReader
from dampipe.features.sidecars.writer import SidecarWriter

FOLDERS = 50
"""Folders looked up together."""
SECONDS = 5.0
"""After which a sweep leaves the rest of either to the next one."""


class SidecarSweep:
    """Reads and writes sidecars."""

    def __init__(self, reader: SidecarReader, writer: SidecarWriter) -> None:
        self._reader = reader
        self._writer = writer

    def __call__(self) -> Mapping[str, int]:
        """For a while; not counted, since all that change are among them."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self._reader.read_folders(FOLDERS, until) == FOLDERS:
            pass
        self._writer.flush(until=time.monotonic() + SECONDS)
        return {}
