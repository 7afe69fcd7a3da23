"""Settling: files that were written to a moment ago are looked at again, once they have had time to hold still."""

import os
import time
from collections.abc import Mapping

from dampipe.features.scanning.apply_changes import ChangeWriter, FoundFile
from dampipe.features.scanning.change_buffer import ChangeBuffer
from dampipe.features.scanning.diff import FolderDiff
from dampipe.features.scanning.inodes import Inodes
from dampipe.features.scanning.listing import read_file
from dampipe.features.sources.model import Source
from dampipe.kernel.paths import printable


def wait_until_stable(
    notes: ChangeBuffer,
    findings: ChangeWriter,
    comparison: FolderDiff,
    sources: Mapping[int, Source],
    inodes: Inodes,
    seconds: float,
) -> None:
    """Wait until the unsettled files may have held still for so long, and take in those that have.

    The others are `moving`.
    """
    position = notes.position
    if not position.unsettled:
        return
    notes.write()
    youngest = max(file.mtime_ns for file in position.unsettled) / 1e9
    time.sleep(max(0.0, min(seconds, youngest + seconds - time.time())))
    # A folder that was begun before a kill and read again after it has its files in here twice.
    waiting, position.unsettled = dict.fromkeys(position.unsettled), []
    moving: list[str] = []
    for file in waiting:
        source = sources.get(file.source)
        if source is None:
            continue
        path = os.path.join(source.root, file.folder, file.name)
        listing = read_file(path, inodes)
        if not listing.names:
            continue
        if (listing.sizes[0], listing.times[0]) != (file.size, file.mtime_ns):
            moving.append(path)
            continue
        before = findings.file(file.source, file.folder, file.name)
        place = (file.source, file.folder, file.name, file.size, file.mtime_ns, listing.inodes[0])
        comparison.sort(FoundFile(*place), before)
        notes.found += 1
    if moving:
        first = printable(moving[0])
        more = f" and {len(moving) - 1} more" if len(moving) > 1 else ""
        notes.warn(f"{first}{more}: still being written; taken once it holds still")
        position.moving += moving
    notes.write()
