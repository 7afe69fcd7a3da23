"""What has to be made again when a file that was processed before is probed again, and its facts differ.

The derivatives of most files do not depend on what a newer probe finds in addition, so they are kept.
"""

import json

from dampipe.media.audio.mixing import stereo_weights
from dampipe.media.audio.track_choice import further_tracks
from dampipe.media.ffmpeg.inputs import JUMPING_FORMATS
from dampipe.media.ffmpeg.picture_filters import HD_HEIGHT
from dampipe.media.info import DurationSource, MediaInfo, MediaKind, VideoStream
from dampipe.media.length import differs

_LATE = 0.05
"""Seconds by which a stream may start late without a visible difference."""
_STILLS_READ_OTHERWISE = frozenset({"tiff", "raw", "heif", "avif"})
"""Kinds of stills that earlier versions showed wrongly in part: planes, orientation, floating point, HDR, previews."""

_MATRICES_OF_JPEG = frozenset({"smpte170m", "bt470bg", "gbr"})


def kept_facts(stored: str | None, found: MediaInfo) -> MediaInfo:
    """The facts to store: a duration that was measured is better than that of the header. stored: MediaInfo as JSON."""
    before = MediaInfo.model_validate_json(stored) if stored else None
    if before is None or before.duration_source is DurationSource.HEADER:
        return found
    return found.model_copy(update={"duration": before.duration, "duration_source": before.duration_source})


def outdated_stages(stored: str | None, found: MediaInfo) -> tuple[str, ...]:
    """The stages whose results are wrong by the facts found now: `preview`, `proxy`, both or none.

    stored: the facts of an earlier probe, MediaInfo as JSON; None: there was none.
    """
    if not stored:
        return ()
    before = MediaInfo.model_validate_json(stored)
    # The first version of the probe, whose files were processed by the first versions of preview and proxy.
    is_first = "start" not in json.loads(stored)
    if _is_other_footage(before, found) or (is_first and _is_late(found)):
        return ("preview", "proxy")
    if not is_first:
        return ()
    if found.kind is MediaKind.STILL:
        return ("preview",) if found.container in _STILLS_READ_OTHERWISE else ()
    if found.video is None:
        return ("preview", "proxy") if _is_mixed_otherwise(found) else ()
    preview = ("preview",) if _has_other_matrix_than_jpeg(found.video) else ()
    proxy = ("proxy",) if _is_mixed_otherwise(found) or found.video.variable_rate else ()
    return preview + proxy


def _is_other_footage(before: MediaInfo, found: MediaInfo) -> bool:
    """Whether another stream, another part of the picture or another length is the footage."""
    if before.kind != found.kind or (before.video is None) != (found.video is None):
        return True
    is_known = before.duration_source is DurationSource.HEADER and None not in (
        before.duration,
        found.duration,
    )
    if is_known and differs(before.duration, found.duration or 0.0):
        return True
    if before.early != found.early:
        return True
    if before.video is None or found.video is None:
        return False
    return any(
        getattr(before.video, name) != getattr(found.video, name) for name in ("index", "crop_top", "alpha")
    )


def _is_late(found: MediaInfo) -> bool:
    # The times of formats that jump have always counted from their start.
    if found.container in JUMPING_FORMATS or found.kind is MediaKind.STILL:
        return False
    return found.start > _LATE or (found.video is not None and found.video.start > _LATE)


def _has_other_matrix_than_jpeg(video: VideoStream) -> bool:
    """Whether earlier versions wrote poster and sprite with a colour matrix that JPEG files do not have."""
    is_hd = min(video.width, video.height) >= HD_HEIGHT
    return video.hdr or (is_hd if video.color_space is None else video.color_space not in _MATRICES_OF_JPEG)


def _is_mixed_otherwise(found: MediaInfo) -> bool:
    """Whether the proxy has channels or tracks that the first version left out."""
    return any(stereo_weights(track) is not None for track in found.audio[:1]) or bool(further_tracks(found))
