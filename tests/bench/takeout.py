"""An import of a Google Takeout: photographs and their JSON files in several zips, none unpacked; seconds and memory.

TAKEOUT_PHOTOS sets how many photographs there are, TAKEOUT_KB how large each is. The JSON file of a photograph is in
another part than the photograph. The library is SQLite; the worker is in a process of its own, so that its memory is
its own.
"""

import os
import resource
import tempfile
import time
from pathlib import Path

from dampipe.app.schema import set_up_schema
from dampipe.features.imports.model import ImportRequest, SessionState
from dampipe.features.imports.step import ImportPolicy
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.importing import Importing
from tests.support.takeout import Takeout, photo_json

PHOTOS = int(os.environ.get("TAKEOUT_PHOTOS", "20000"))
SIZE = int(os.environ.get("TAKEOUT_KB", "100")) * 1000
PARTS = 5
POLICY = ImportPolicy()


def main() -> None:
    """Print seconds and memory."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        parts = _export(folder / "in")
        packed = sum(path.stat().st_size for path in parts)
        print(
            f"{PHOTOS} photographs and as many JSON files in {PARTS} zips, {packed / 1e9:.2f} GB", flush=True
        )
        (folder / "raid").mkdir()
        catalogue = f"sqlite:///{folder}/catalogue.sqlite"
        set_up_schema(Database(catalogue))
        _importing(catalogue).managed("raid", folder / "raid")
        for what, goal in (("import", PHOTOS), ("the same again", 0)):
            _run(catalogue, parts, what, goal)


def _export(folder: Path) -> list[Path]:
    made: list[Path] = []
    per_part = -(-PHOTOS // PARTS)
    for part in range(PARTS):  # one at a time: all of them are gigabytes
        export = Takeout()
        for number in range(part * per_part, min(PHOTOS, (part + 1) * per_part)):
            year, title = 2000 + number % 20, f"IMG_{number:06}.jpg"
            export.add(part + 1, f"Photos from {year}/{title}", os.urandom(32) * (SIZE // 32))
            other = (number + per_part) % PHOTOS
            described = photo_json(f"IMG_{other:06}.jpg", description=f"number {other}")
            export.add(
                part + 1,
                f"Photos from {2000 + other % 20}/IMG_{other:06}.jpg.supplemental-metadata.json",
                described,
            )
        made += export.zips(folder)
    return made


def _importing(catalogue: str) -> Importing:
    return Importing(Catalog(Database(catalogue)), POLICY)


def _run(catalogue: str, parts: list[Path], what: str, imported: int) -> None:
    begin, end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            here = _importing(catalogue)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            request = ImportRequest(importer="takeout", origin="\n".join(map(str, parts)), to=("raid",))
            began = time.monotonic()
            number = here.service.begin(LOCAL, request).number
            report = here.work(number)
            seconds, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
            assert (report.state, report.adds_up) == (SessionState.DONE, True), report
            assert report.counts.imported == imported, report.counts
            line = (
                f"{what}: {seconds:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor time), "
                f"{used.ru_maxrss / 1024:.0f} MiB at most, {(used.ru_maxrss - before) / 1024:.0f} MiB more than before; "
                f"{report.counts.imported} imported, {report.counts.already_there} already there, "
                f"{report.counts.metadata_used} metadata used"
            )
            os.write(end, line.encode())
        finally:
            os._exit(0)
    os.close(end)
    with os.fdopen(begin, "rb") as answers:
        answer = answers.read().decode()
    os.waitpid(child, 0)
    assert answer, f"{what}: the import has failed"
    print(answer, flush=True)
