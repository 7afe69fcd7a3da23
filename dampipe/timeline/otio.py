"""Formats written by OpenTimelineIO: its own, Final Cut Pro 7 XML and EDL (CMX 3600)."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from dampipe.media.info import MediaKind
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import FrameCounter

_ADAPTERS = {"otio": "otio_json", "xml": "fcp_xml", "edl": "cmx_3600"}


def render(otio: Any, clips: Sequence[Clip], counter: FrameCounter, title: str, form: str) -> str:
    """The text of the file; `form` is "otio", "xml" or "edl"."""
    rate, edl = counter.rate, form == "edl"
    if edl and not clips:
        return f"TITLE: {title}\n"  # the EDL writer requires an event
    timeline = otio.schema.Timeline(name=title)
    timeline.global_start_time = otio.opentime.RationalTime(0, float(rate))
    video, audio = (otio.schema.Track(name, kind=kind) for name, kind in (("V1", "Video"), ("A1", "Audio")))
    timeline.tracks.append(video)
    for clip in clips:
        # An EDL has a single rate.
        placed = _otio_clip(otio, clip, counter, rate if edl else counter.rate_of(clip.media))
        gap = otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=placed.source_range.duration))
        media = clip.media
        sound = media is not None and bool(media.audio)
        only_sound = media is not None and media.kind is MediaKind.AUDIO
        video.append(gap.clone() if only_sound else placed)
        audio.append(placed.clone() if sound else gap)
    if not edl and any(isinstance(item, otio.schema.Clip) for item in audio):
        timeline.tracks.append(audio)
    options = {"rate": float(rate)} if edl else {}
    text: str = otio.adapters.write_to_string(timeline, _ADAPTERS[form], **options)
    return text


def _otio_clip(otio: Any, clip: Clip, counter: FrameCounter, rate: Fraction) -> Any:
    span = counter.span(clip, rate)
    fps = float(rate)

    def time_range(first: int, length: int) -> Any:
        time = otio.opentime.RationalTime
        return otio.opentime.TimeRange(time(first, fps), time(length, fps))

    reference = otio.schema.ExternalReference(
        target_url=Path(clip.path).as_uri(), available_range=time_range(span.start, span.whole)
    )
    reference.name = clip.name
    otio_clip = otio.schema.Clip(
        name=clip.name, media_reference=reference, source_range=time_range(span.first, span.length)
    )
    otio_clip.markers.append(
        otio.schema.Marker(name=f"{clip.score:.3f}", marked_range=time_range(span.moment, 1))
    )
    otio_clip.metadata["dampipe"] = {"asset": clip.asset, "moment": clip.moment, "score": clip.score}
    return otio_clip
