"""What OpenTimelineIO writes well: its own format, Final Cut Pro 7 XML and EDL (CMX 3600)."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from dampipe.media.info import MediaKind
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import Count

_ADAPTERS = {"otio": "otio_json", "xml": "fcp_xml", "edl": "cmx_3600"}


def render(otio: Any, cuts: Sequence[Clip], count: Count, title: str, form: str) -> str:
    """The text of the file; `form` is "otio", "xml" or "edl"."""
    rate, edl = count.rate, form == "edl"
    if edl and not cuts:
        return f"TITLE: {title}\n"  # its writer wants an event
    timeline = otio.schema.Timeline(name=title)
    timeline.global_start_time = otio.opentime.RationalTime(0, float(rate))
    video, audio = (otio.schema.Track(name, kind=kind) for name, kind in (("V1", "Video"), ("A1", "Audio")))
    timeline.tracks.append(video)
    for cut in cuts:
        # An EDL counts everything in one rate.
        clip = _clip(otio, cut, count, rate if edl else count.rate_of(cut.media))
        gap = otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=clip.source_range.duration))
        media = cut.media
        sound = media is not None and bool(media.audio)
        only_sound = media is not None and media.kind is MediaKind.AUDIO
        video.append(gap.clone() if only_sound else clip)
        audio.append(clip.clone() if sound else gap)
    if not edl and any(isinstance(one, otio.schema.Clip) for one in audio):
        timeline.tracks.append(audio)
    options = {"rate": float(rate)} if edl else {}
    text: str = otio.adapters.write_to_string(timeline, _ADAPTERS[form], **options)
    return text


def _clip(otio: Any, cut: Clip, count: Count, rate: Fraction) -> Any:
    span = count.span(cut, rate)
    fps = float(rate)

    def stretch(first: int, length: int) -> Any:
        time = otio.opentime.RationalTime
        return otio.opentime.TimeRange(time(first, fps), time(length, fps))

    reference = otio.schema.ExternalReference(
        target_url=Path(cut.path).as_uri(), available_range=stretch(span.start, span.whole)
    )
    reference.name = cut.name
    clip = otio.schema.Clip(
        name=cut.name, media_reference=reference, source_range=stretch(span.first, span.length)
    )
    clip.markers.append(otio.schema.Marker(name=f"{cut.score:.3f}", marked_range=stretch(span.moment, 1)))
    clip.metadata["dampipe"] = {"asset": cut.asset, "moment": cut.moment, "score": cut.score}
    return clip
