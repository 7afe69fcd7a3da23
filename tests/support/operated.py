"""A small library with a server in this process, on which people and engineers work: what failed, imports, sources."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import dampipe
from dampipe.features.imports.model import ImportRequest
from dampipe.features.imports.service import ImportService
from dampipe.features.imports.worker import ImportWorker
from dampipe.features.sources.model import SourceRequest, Tier
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.web.app import create_app
from tests.support.demo_clips import DemoClips
from tests.support.serving import serving

BROKEN = ("first.mp4", "second.mp4", "third.mp4")


class OperatedLibrary:
    """Two clips and three texts that are called films in the source `footage`; the managed source `archive`."""

    def __init__(self, library: Any, footage: Path, card: Path, url: str) -> None:
        self.library, self.footage, self.card, self.url = library, footage, card, url
        self.services: Services = library.service(Services)

    def work(self) -> None:
        """Do what workers would do, and number the events for the page, as the relay does."""
        self.library.process()
        self.services.get(Sequencer).number()

    def import_card(self) -> int:
        """Import the card into the archive, up to its end; returns its number."""
        imports = self.services.get(ImportService)
        asked = ImportRequest(importer="folder", origin=str(self.card), to=("archive",))
        number = imports.begin(LOCAL, asked).number
        self.finish_import(number)
        return number

    def finish_import(self, number: int) -> None:
        """Do an import that was asked for."""
        while not self.services.get(ImportService).report(LOCAL, number).is_over:
            self.services.get(ImportWorker).portion(number)
        self.work()


@contextmanager
def operated_library(folder: Path, demo_clips: DemoClips) -> Iterator[OperatedLibrary]:
    """Make it below a folder, and serve it."""
    footage, card, archive = (folder / name for name in ("footage", "card", "archive"))
    first, second, *rest = demo_clips(footage)
    for other in rest:
        other.unlink()
    for name in BROKEN:
        (footage / name).write_text(f"{name} is no film\n" * 100)
    card.mkdir()
    archive.mkdir()
    (card / "C0001.mp4").write_bytes(second.read_bytes() + b"\0" * 8)
    (card / first.name).write_bytes(first.read_bytes())
    (card / "notes.txt").write_text("take 3 is the one\n")
    with closing(
        dampipe.open(
            home=folder / "home", model="tiny", in_process=True, settle=0.0, scan_roots=[str(folder)]
        )
    ) as library:
        library.service(SourceService).add(
            LOCAL, SourceRequest(name="archive", path=str(archive), managed=True, tier=Tier.COLD)
        )
        library.add(footage)
        library.process()
        with serving(create_app(library.service(Services))) as url:
            yield OperatedLibrary(library, footage, card, url)
