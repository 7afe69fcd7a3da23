"""What can still be made of footage that is partly beyond repair: less is asked for until something comes."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.failures import OutOfTime, Silent
from dampipe.media.info import MediaInfo

Made = TypeVar("Made")

NO_PICTURE = "its picture could not be decoded; only the sound is there"
NO_SOUND = "its sound could not be decoded"
ONE_TRACK = "only the first of its {} sound tracks could be decoded"


def best(
    media: MediaInfo, parts: Iterable[MediaInfo], make: Callable[[MediaInfo], Made]
) -> tuple[Made, list[str]]:
    """What `make` gives for the file, or else for the first of its `parts` that it can do, and what was lost.

    A decoder that waits for ever is asked a second time before anything is given up. Raises what
    `make` raised for the whole file when no part of it will do, and at once what is no fault of the
    file's or has taken all its time already.
    """
    failed: BadMedia | Silent | None = None
    for part in (media, media, *parts):
        if part is media and failed is not None and not isinstance(failed, Silent):
            continue
        try:
            return make(part), _lost(media, part)
        except OutOfTime:
            raise
        except (BadMedia, Silent) as error:
            failed = failed or error
    assert failed is not None
    raise failed


def without_sound(media: MediaInfo) -> Iterator[MediaInfo]:
    """The file with fewer sound tracks, as far as it has both picture and sound."""
    if media.video is not None and media.audio:
        if len(media.audio) > 1:
            yield media.model_copy(update={"audio": media.audio[:1]})
        yield media.model_copy(update={"audio": ()})


def without_picture(media: MediaInfo) -> Iterator[MediaInfo]:
    """The sound alone, as far as the file has both."""
    if media.video is not None and media.audio:
        yield media.model_copy(update={"video": None})


def _lost(media: MediaInfo, part: MediaInfo) -> list[str]:
    if part.video is not media.video:
        return [NO_PICTURE]
    if len(part.audio) < len(media.audio):
        return [ONE_TRACK.format(len(media.audio)) if part.audio else NO_SOUND]
    return []
