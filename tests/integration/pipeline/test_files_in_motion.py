"""Files that are still being written are taken by a later scan."""

import threading
from pathlib import Path

from dampipe.features.scanning.policy import ScanPolicy
from tests.support.pipeline import Deployment


def test_a_file_in_motion_is_taken_once_it_holds_still(here: Deployment, folder: Path) -> None:
    growing = folder / "clip0.mp4"
    here.scanner = here.make_scanner(
        ScanPolicy(lambda name: name.endswith(".mp4"), settle=1.0, growing_delay=0.0)
    )
    over, written = threading.Event(), threading.Event()

    def grow() -> None:
        while not over.is_set():
            with growing.open("ab") as file:
                file.write(b"more")
            written.set()

    writer = threading.Thread(target=grow)
    writer.start()
    written.wait()
    try:
        first = here.scan(folder)
        [later] = here.catalog.scans.due()
        assert here.scanner.scan(later)
        assert here.catalog.scans.due() == [later], "put off again, no third scan"
    finally:
        over.set()
        writer.join()
    found = here.catalog.scans.progress(first)
    assert found.new == 4 and "clip0.mp4: still being written" in found.warnings[0]
    assert here.scanner.scan(later)
    assert here.catalog.scans.progress(later).new == 1
    assert here.catalog.scans.due() == []
