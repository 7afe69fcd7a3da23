"""A timeline's file on this machine."""

from pathlib import Path

from dampipe.kernel.errors import InvalidInput, TooLarge
from dampipe.kernel.paths import printable
from dampipe.timeline.errors import TIMELINE_TOO_LARGE, TIMELINE_UNREADABLE
from dampipe.timeline.reading import MAX_BYTES


def read_file(path: Path) -> bytes:
    """Its bytes; of a bundle of Final Cut Pro (.fcpxmld) those of the file Info.fcpxml in it.

    Raises InvalidInput if it cannot be read, and TooLarge.
    """
    try:
        with (path / "Info.fcpxml" if path.is_dir() else path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        name, reason = printable(path.name), error.strerror or str(error)
        raise InvalidInput(TIMELINE_UNREADABLE, name=name, reason=reason) from error
    if len(data) > MAX_BYTES:
        raise TooLarge(TIMELINE_TOO_LARGE, name=printable(path.name), limit=f"{MAX_BYTES >> 20} MiB")
    return data
