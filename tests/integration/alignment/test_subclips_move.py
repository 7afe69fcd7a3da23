"""Subclips of a clip whose new version lacks some frames: where they are is said, shown, found and exported."""

from typing import Any

from click.testing import CliRunner

from dampipe.features.search.model import Only, SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.features.subclips import cli
from dampipe.features.subclips.export import SubclipExporter
from dampipe.features.subclips.model import NewSubclip, SubclipExport, SubclipQuery
from dampipe.features.subclips.service import SubclipService
from dampipe.features.subclips.sweep import SubclipSweep
from dampipe.features.versions.model import StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.timeline import Format
from dampipe.timeline.reading import read_timeline
from tests.support.anchors import CLIP, CUT
from tests.support.derivatives import DerivativeLibrary


def test_a_new_version_moves_subclips(here: DerivativeLibrary) -> None:
    subclips = here.library.service(SubclipService)
    spans = {"before": (10, 40), "after": (150, 200), "gone": (105, 120), "across": (90, 110)}
    for name, (first, behind) in spans.items():
        times = {"start": f"{first}@1001/24000", "end": f"{behind}@1001/24000"}
        subclips.create(LOCAL, NewSubclip(asset=CLIP, name=f"Harbour {name}", **times))
    versions = here.library.service(VersionService)
    versions.stack(LOCAL, StackRequest(asset=CLIP, others=(CUT,)))
    versions.make_current(LOCAL, CUT)

    def texts() -> dict[str, str]:
        page = subclips.page(LOCAL, SubclipQuery(asset=CUT))
        return {one.name.removeprefix("Harbour "): one.carried.text for one in page.subclips}

    assert set(texts().values()) == {"pending"}
    sweep = here.library.service(SubclipSweep)
    assert sweep() == {"not aligned": 1}
    here.library.process()
    assert sweep() == {}
    assert texts() == {
        "before": "",
        "after": "moved -30 frames",
        "gone": "no longer there",
        "across": "shortened",
    }
    after = next(one for one in subclips.page(LOCAL, SubclipQuery(text="after")).subclips)
    assert (after.start.frame, after.carried.moved) == (150, -30)
    assert after.carried.start is not None and after.carried.end is not None
    assert (after.carried.start.frame, after.carried.end.frame) == (120, 170)
    assert after.carried.start.timecode == "01:00:05:00"

    found = here.library.service(SearchService).find(
        LOCAL, SearchRequest(words="harbour", only=Only.WORDS, moments=9)
    )
    labels = [(one.label, round(one.time * 24000 / 1001)) for one in found.hits[0].moments]
    assert labels == [("Harbour before", 10), ("Harbour across", 90), ("Harbour after", 120)]

    done = here.library.service(SubclipExporter).export(
        LOCAL, SubclipExport(format=Format.OTIO, text="after")
    )
    (clip,) = {one.timecode_in: one for one in read_timeline(done.text.encode(), Format.OTIO)}.values()
    assert (clip.name, clip.title, clip.timecode_in) == (CUT, "Harbour after", "01:00:05:00")

    shown = CliRunner().invoke(cli.show, [str(after.id)], obj=Services(here))
    assert "moved -30 frames" in shown.output


class Services:
    """What commands get."""

    def __init__(self, here: DerivativeLibrary) -> None:
        self._here = here

    def get(self, kind: type[Any]) -> Any:
        return self._here.library.service(kind)
