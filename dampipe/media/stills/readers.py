"""The readers of stills, in the order in which they are tried."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from dampipe.media import errors
from dampipe.media.stills.failures import StillError, translate
from dampipe.media.stills.ffmpeg_reader import FfmpegReader
from dampipe.media.stills.picture import Facts, Picture
from dampipe.media.stills.pillow_reader import PillowReader
from dampipe.media.stills.raw_reader import RawReader
from dampipe.media.stills.tiff_reader import TiffReader

T = TypeVar("T")


class Reader(Protocol):
    """Reads stills of some formats. Methods may raise any exception of the library for a file that they cannot read."""

    name: str

    def opens(self, container: str) -> bool:
        """Whether it can be tried for a format, as `still_container` names it."""
        ...

    def facts(self, path: str, container: str) -> Facts | None:
        """Read the header without decoding the picture; None if the file is not a still (an animated GIF or PNG)."""
        ...

    def decode(self, path: str, container: str, side: int) -> Picture:
        """Decode the picture; it may be reduced, its shorter side stays at least `side` pixels."""
        ...


def readers(ffmpeg: str) -> tuple[Reader, ...]:
    """All readers. ffmpeg: the path of the program, or empty.

    A part of a picture is used only if no reader decodes all of it: Pillow calls what it does not support (lossless
    JPEG) truncated, too.
    """
    whole = (RawReader(), PillowReader(), TiffReader(), FfmpegReader(ffmpeg))
    partial = (PillowReader(partial=True), FfmpegReader(ffmpeg, partial=True))
    return (*whole, *partial, PillowReader(partial=True, keeps_hdr=False))


def first_that_works(order: Sequence[Reader], container: str, read: Callable[[Reader], T]) -> T:
    """Return what the first reader reads. Raises the `StillError` that says most, or `OSError` of the storage."""
    failed: list[StillError] = []
    for reader in order:
        if not reader.opens(container):
            continue
        try:
            return read(reader)
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            failed.append(translate(error))
    raise _most_telling(failed)


_TELLING = (
    errors.STILL_TOO_LARGE,
    errors.OUT_OF_MEMORY,
    errors.PACKAGE_MISSING,
    errors.PICTURE_TOO_LARGE,
    errors.STILL_DAMAGED,
    errors.NOT_DECODED,
    errors.STILL_UNSUPPORTED,
)


def _most_telling(failed: list[StillError]) -> StillError:
    if not failed:
        return StillError(errors.STILL_FORMAT_UNKNOWN)
    return min(failed, key=lambda error: _TELLING.index(error.code))
