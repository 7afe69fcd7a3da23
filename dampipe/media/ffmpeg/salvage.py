"""Graceful degradation for damaged footage: retries with fewer streams until something can be decoded."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.failures import OutOfTime, Stalled
from dampipe.media.info import MediaInfo

Made = TypeVar("Made")

NO_PICTURE = "its picture could not be decoded; only the sound is available"
NO_SOUND = "its sound could not be decoded"
ONE_TRACK = "only the first of its {} sound tracks could be decoded"


def best_effort(
    media: MediaInfo, subsets: Iterable[MediaInfo], make: Callable[[MediaInfo], Made]
) -> tuple[Made, list[str]]:
    """Call `make` with the whole file, then with each of `subsets`, until one succeeds.

    Returns its result and a warning for each loss. A `Stalled` attempt at the whole file is repeated once
    before streams are dropped. Raises the error of the whole file when no subset succeeds; raises at once an
    error that is not the file's fault, and `OutOfTime`.
    """
    first_error: BadMedia | Stalled | None = None
    for subset in (media, media, *subsets):
        if subset is media and first_error is not None and not isinstance(first_error, Stalled):
            continue
        try:
            return make(subset), _losses(media, subset)
        except OutOfTime:
            raise
        except (BadMedia, Stalled) as error:
            first_error = first_error or error
    assert first_error is not None
    raise first_error


def without_sound(media: MediaInfo) -> Iterator[MediaInfo]:
    """The file with fewer sound tracks; nothing unless it has both picture and sound."""
    if media.video is not None and media.audio:
        if len(media.audio) > 1:
            yield media.model_copy(update={"audio": media.audio[:1]})
        yield media.model_copy(update={"audio": ()})


def without_picture(media: MediaInfo) -> Iterator[MediaInfo]:
    """The sound alone; nothing unless the file has both picture and sound."""
    if media.video is not None and media.audio:
        yield media.model_copy(update={"video": None})


def _losses(media: MediaInfo, subset: MediaInfo) -> list[str]:
    if subset.video is not media.video:
        return [NO_PICTURE]
    if len(subset.audio) < len(media.audio):
        return [ONE_TRACK.format(len(media.audio)) if subset.audio else NO_SOUND]
    return []
