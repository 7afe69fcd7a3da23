"""Technical metadata as columns of the table `version`."""

from collections.abc import Sequence
from typing import Any

from dampipe.kernel.wall_clock import utc_offset, wall_clock
from dampipe.media.info import AudioStream, MediaInfo

_SHOOTING = (
    *("lens", "iso", "exposure_time", "aperture", "focal_length", "log_profile"),
    *("latitude", "longitude", "altitude"),
)
"""Facts of the camera that are columns of the same name."""


def audio_layout(tracks: Sequence[AudioStream]) -> str | None:
    """How the sound is laid out: the layouts of the tracks, repeated ones counted: "stereo", "4 × mono"."""
    counts: dict[str, int] = {}
    for track in tracks:
        name = track.layout or f"{track.channels} channels"
        counts[name] = counts.get(name, 0) + 1
    return " + ".join(f"{count} × {name}" if count > 1 else name for name, count in counts.items()) or None


def media_columns(media: MediaInfo) -> dict[str, Any]:
    """The metadata as columns of an asset's row: as JSON, and what a search filters by once more."""
    width, height = media.video.display_size if media.video else (None, None)
    audio_codec = media.audio[0].codec if media.audio else None
    shooting, rate = media.shooting, media.video.rate if media.video else None
    return {
        "kind": media.kind,
        "duration": media.duration,
        "media": media.model_dump_json(),
        "recorded_at": wall_clock(media.created_at) if media.created_at else None,
        "recorded_offset": utc_offset(media.created_at) if media.created_at else None,
        "recorded_from": media.created_from,
        "camera": media.camera,
        "camera_make": shooting.make,
        "camera_model": shooting.model,
        "camera_serial": shooting.serial,
        **{name: getattr(shooting, name) for name in _SHOOTING},
        "color_space": shooting.gamut or (media.video.color_primaries if media.video else None),
        "frame_rate": round(float(rate), 3) if rate else None,
        "audio_channels": sum(track.channels for track in media.audio) or None,
        "audio_layout": audio_layout(media.audio),
        "codec": media.video.codec if media.video else audio_codec,
        "width": width,
        "height": height,
    }
