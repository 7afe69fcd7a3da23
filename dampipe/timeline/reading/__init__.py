"""Reading of timelines: which clips of which files a timeline uses. Each module of this package reads one format.

A timeline may come from a stranger: its size, depth and number of clips are limited, XML entities are not expanded, and
no path that it names is opened.
"""

from dampipe.kernel.errors import InvalidInput, TooLarge
from dampipe.timeline import Format
from dampipe.timeline.errors import TIMELINE_TOO_LARGE, TIMELINE_UNREADABLE
from dampipe.timeline.reading import edl, fcpxml, otio, table, xmeml
from dampipe.timeline.reading.limits import MAX_BYTES, MAX_CLIPS, Unreadable
from dampipe.timeline.reading.source_clip import SourceClip, SourceMarker
from dampipe.timeline.reading.xml_tree import parse

__all__ = ["MAX_BYTES", "SourceClip", "SourceMarker", "read_timeline"]


def read_timeline(data: bytes, form: Format, name: str = "the timeline") -> tuple[SourceClip, ...]:
    """The clips of a timeline, in the order of the file, numbered from 1; equal spans of one file are one clip.

    name: for messages. Raises InvalidInput for what is not a timeline of that format, TooLarge beyond the limits.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(TIMELINE_TOO_LARGE, name=name, limit=f"{MAX_BYTES >> 20} MiB")
    try:
        found = _read(data, form)
        counted: dict[SourceClip, int] = {}
        markers: dict[SourceClip, dict[SourceMarker, None]] = {}
        for whole in found:
            if not (whole.name or whole.paths or whole.reel or whole.sha1):
                continue  # a gap or a generator, which shows no file
            clip = whole.model_copy(
                update={"markers": ()}
            )  # picture and sound may both have them, or one of them
            counted[clip] = counted.get(clip, 0) + 1
            markers.setdefault(clip, {}).update(dict.fromkeys(whole.markers))
            if len(counted) > MAX_CLIPS:
                raise TooLarge(TIMELINE_TOO_LARGE, name=name, limit=f"{MAX_CLIPS} clips")
    except Unreadable as error:
        raise InvalidInput(TIMELINE_UNREADABLE, name=name, reason=str(error)) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            TIMELINE_UNREADABLE, name=name, reason=f"it is not valid: {str(error)[:200]}"
        ) from error
    return tuple(
        clip.model_copy(update={"number": number, "uses": uses, "markers": tuple(markers[clip])})
        for number, (clip, uses) in enumerate(counted.items(), 1)
    )


def _read(data: bytes, form: Format) -> list[SourceClip]:
    if form is Format.OTIO:
        return otio.read(data)
    if form is Format.EDL:
        return edl.read(data)
    if form is Format.CSV:
        return table.read(data)
    root = parse(data)  # programs write both kinds of XML under either suffix
    if root.tag == "fcpxml":
        return fcpxml.read(root)
    if root.tag == "xmeml":
        return xmeml.read(root)
    raise Unreadable(f"its root is {root.tag[:50]!r}, not fcpxml or xmeml")
