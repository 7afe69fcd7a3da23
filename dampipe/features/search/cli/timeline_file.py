"""The file of a timeline that a command writes."""

import errno
import os
from pathlib import Path

from dampipe.features.search.errors import EXPORT_FAILED, EXPORT_NO_FOLDER
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.private_files import as_user


def write_timeline(path: Path, text: str) -> None:
    """Write a file, or replace it as a whole. Raises NotFound and InvalidInput."""
    path = path.resolve()
    part = path.with_name(f".dampipe-{os.getpid()}.part")  # replaces an earlier timeline once it is complete
    try:
        try:
            with as_user():
                part.write_text(text, encoding="utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except FileNotFoundError:
        raise NotFound(EXPORT_NO_FOLDER, folder=path.parent) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise InvalidInput(EXPORT_FAILED, path=path, reason=error.strerror) from error
