"""Facts of films and sound beyond technical ones: from tags, documents of the camera, telemetry, subtitles and XMP.

The order of the calls is the precedence: what the file says in its tags counts before what its camera's document says,
that before telemetry, and what stands in the file before what lies beside it. Positions of telemetry come first, since
tags round them.
"""

import io
from collections.abc import Callable, Sequence

from PIL import Image

from dampipe.media.probe import camera_documents, dji_subtitles, gpmf, quicktime, xmp
from dampipe.media.probe.container_facts import read_tags
from dampipe.media.probe.container_metadata import Tags
from dampipe.media.probe.exif import described_by_xmp
from dampipe.media.probe.exif_facts import camera_facts
from dampipe.media.probe.findings import Findings
from dampipe.media.probe.recording_time import Candidate, DateSource

UNREADABLE = "what its camera wrote cannot be read in part and is ignored"
_PANASONIC = "com.panasonic.semi-pro.metadata.xml"


def read(
    path: str,
    container: str,
    tag_sets: Sequence[Tags],
    packet: bytes | None,
    rate: float | None,
    warnings: list[str],
) -> Findings:
    """Read what a file says about its camera, place and contents. Damaged parts are left out, with a warning.

    container: as libavformat names it. tag_sets: folded. packet: XMP. rate: frames per second.
    """
    found = Findings()
    facts = quicktime.read_facts(path) if container.startswith("mov") else quicktime.QuickTimeFacts()
    readers: tuple[Callable[[], object], ...] = (
        lambda: _positions(facts.telemetry, found),
        lambda: read_tags(tag_sets, rate, found),
        lambda: _documents(path, container, tag_sets, facts, found),
        lambda: _telemetry(facts, found),
        lambda: _beside(path, found),
        lambda: described_by_xmp(xmp.properties(packet or b""), found),
    )
    for reader in readers:
        try:
            reader()
        except MemoryError:
            raise
        except Exception as error:  # what hostile files contain must not fail a file that can be played
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the storage
            if UNREADABLE not in warnings:
                warnings.append(UNREADABLE)
    return found


def _positions(payloads: Sequence[bytes], found: Findings) -> None:
    for facts in map(gpmf.parse, payloads):
        found.place(facts.latitude, facts.longitude, facts.altitude)
        if facts.time is not None:
            found.dates.append(Candidate("GPS", facts.time, "+00:00", source=DateSource.GPS))


def _documents(
    path: str, container: str, tag_sets: Sequence[Tags], facts: quicktime.QuickTimeFacts, found: Findings
) -> None:
    for tags in tag_sets:
        if _PANASONIC in tags:
            camera_documents.read_document(tags[_PANASONIC].encode("utf-8", "replace"), found)
    document = camera_documents.in_mxf(path) if container == "mxf" else facts.document
    if document is not None:
        camera_documents.read_document(document, found)


def _telemetry(facts: quicktime.QuickTimeFacts, found: Findings) -> None:
    found.name("log_profile", facts.log_profile)
    for payload in map(gpmf.parse, facts.telemetry):
        found.number("iso", payload.iso)
        found.number("exposure_time", payload.exposure_time)
        found.name("model", (payload.model or "").removeprefix("GoPro "))
        found.name("serial", payload.serial)
    if facts.thumbnail is not None and facts.thumbnail.startswith(b"\xff\xd8"):
        with Image.open(io.BytesIO(facts.thumbnail), formats=["JPEG"]) as picture:
            camera_facts(picture.getexif(), found)
    for text in facts.subtitles:
        if dji_subtitles.read(text, found):
            break


def _beside(path: str, found: Findings) -> None:
    for content in camera_documents.beside(path):
        camera_documents.read_document(content, found)
    dji_subtitles.read(dji_subtitles.beside(path), found)
