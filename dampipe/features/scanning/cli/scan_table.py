"""Scans as a table for people."""

from collections.abc import Sequence
from datetime import datetime

from dampipe.features.scanning.model import ScanProgress
from dampipe.kernel.faces.console import Listing, table


def scan_table(scans: Sequence[ScanProgress]) -> Listing:
    """One line a scan."""
    numbers = ["scan", "found", "new", "to do", "on hold", "done", "failed"]
    return table(
        ["scan", "since", "state", *numbers[1:], "paths"],
        [
            (
                str(s.scan),
                datetime.fromtimestamp(s.created_at).strftime("%d %b %H:%M"),
                s.state,
                *(str(n) for n in (s.found, s.new, s.active)),
                str(s.on_hold or ""),
                *(str(n) for n in (s.done, s.failed)),
                s.described_paths,
            )
            for s in scans
        ],
        right=numbers,
        alarm=["failed"],
    )
