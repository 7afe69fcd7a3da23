"""OTIO, the format of OpenTimelineIO, written by its package."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from dampipe.media.info import MediaKind
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import FrameCounter
from dampipe.timeline.marker_text import NOT_XML, Placed, records_text


def render(otio: Any, counter: FrameCounter, title: str) -> str:
    """The text of the file."""
    timeline = otio.schema.Timeline(name=_text(title))
    timeline.global_start_time = otio.opentime.RationalTime(0, float(counter.rate))
    video, audio = (otio.schema.Track(name, kind=kind) for name, kind in (("V1", "Video"), ("A1", "Audio")))
    timeline.tracks.append(video)
    for clip in counter.clips:
        placed = _otio_clip(otio, clip, counter, counter.rate_of(clip.media))
        gap = otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=placed.source_range.duration))
        media = clip.media
        sound = media is not None and bool(media.audio)
        only_sound = media is not None and media.kind is MediaKind.AUDIO
        video.append(gap.clone() if only_sound else placed)
        audio.append(placed.clone() if sound else gap)
    if any(isinstance(item, otio.schema.Clip) for item in audio):
        timeline.tracks.append(audio)
    text: str = otio.adapters.write_to_string(timeline, "otio_json")
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
    reference.name = _text(clip.name)
    otio_clip = otio.schema.Clip(
        name=_text(clip.title or clip.name),
        media_reference=reference,
        source_range=time_range(span.first, span.length),
    )
    if clip.score is not None:
        otio_clip.markers.append(
            otio.schema.Marker(name=f"{clip.score:.3f}", marked_range=time_range(span.moment, 1))
        )
    for placed in counter.markers(clip, rate):
        otio_clip.markers.append(_otio_marker(otio, placed, time_range(placed.first, placed.length)))
    first, last, _ = counter.codes(clip, rate)
    otio_clip.metadata["dampipe"] = {
        "asset": clip.asset,
        "moment": clip.moment,
        "score": clip.score,
        # A time of OpenTimelineIO does not say whether its code is drop-frame.
        "timecode_in": str(first),
        "timecode_out": str(last),
        "dropped": first.dropped,
    }
    if clip.title or clip.note:
        otio_clip.metadata["dampipe"]["title"] = _text(clip.title)
        otio_clip.metadata["dampipe"]["note"] = _text(clip.note)
    return otio_clip


def _otio_marker(otio: Any, placed: Placed, marked: Any) -> Any:
    shown = _text(placed.shown_name())
    marker = otio.schema.Marker(name=shown, marked_range=marked, color=placed.color.upper())
    # Versions of OpenTimelineIO before 0.16 have no comment.
    text = _text(placed.marker.text)
    if hasattr(marker, "comment"):
        marker.comment = text
    # As text: the package would change numbers and times.
    marker.metadata["dampipe"] = {"marker": records_text([placed.record(shown)]), "note": text}
    return marker


def _text(name: str) -> str:
    return NOT_XML.sub("\ufffd", name)
