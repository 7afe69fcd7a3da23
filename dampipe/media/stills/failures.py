"""Why a still cannot be read: the table that translates exceptions of decoders, and the errors it translates to.

The helper sends a code and parameters to its parent, which raises the `StageError` for them.
"""

import re
from dataclasses import dataclass
from typing import Any

from dampipe.kernel.errors import BadMedia, ErrorCode, StageError, Unavailable
from dampipe.media import errors
from dampipe.media.ffmpeg.allowlist import MAX_PIXELS

_MAX_REASON = 160
"""Characters of a decoder's message that are kept."""


class StillError(Exception):
    """A reader cannot read a still."""

    def __init__(self, code: ErrorCode, **parameters: Any) -> None:
        super().__init__(code.text.format_map(parameters))
        self.code = code
        self.parameters = parameters


@dataclass(frozen=True)
class _Row:
    types: tuple[str, ...]
    """Names of exception classes, base classes included; empty: any."""
    pattern: str
    code: ErrorCode


_NO_MEMORY = r"Allocating \d+ bytes|[Oo]ut of memory|[Cc]annot allocate|bad_alloc|[Mm]emory allocation"
_TOO_LARGE = r"[Ss]ecurity limit|size .*(is invalid|exceeds)|[Tt]oo (large|big)|larger than"
_NOT_SUPPORTED = r"[Nn]ot (yet )?implemented|[Uu]nsupported|not supported|[Uu]nknown (pixel|image) mode"
_TABLE: tuple[_Row, ...] = (
    _Row(("MemoryError",), "", errors.OUT_OF_MEMORY),
    _Row((), _NO_MEMORY, errors.OUT_OF_MEMORY),
    _Row((), _TOO_LARGE, errors.PICTURE_TOO_LARGE),
    _Row((), _NOT_SUPPORTED, errors.STILL_UNSUPPORTED),
    # What parsers raise for inconsistent bytes
    _Row(
        (
            *("OSError", "SyntaxError", "ValueError", "EOFError", "KeyError", "IndexError", "struct.error"),
            *("TypeError", "OverflowError", "ZeroDivisionError", "AttributeError", "AssertionError"),
            *("TiffFileError", "LibRawError"),
        ),
        "",
        errors.STILL_DAMAGED,
    ),
)
_CODES = {
    error.code: error
    for error in (
        *(errors.OUT_OF_MEMORY, errors.PICTURE_TOO_LARGE, errors.STILL_TOO_LARGE, errors.STILL_UNSUPPORTED),
        *(errors.STILL_DAMAGED, errors.NOT_DECODED, errors.PACKAGE_MISSING, errors.STILL_FORMAT_UNKNOWN),
    )
}


def translate(error: Exception) -> StillError:
    """The reason that a decoder's exception means; an unknown one is `NOT_DECODED`, with its type and text."""
    if isinstance(error, StillError):
        return error
    text = " ".join(str(error).split())[:_MAX_REASON]
    if isinstance(error, ImportError):
        return StillError(errors.PACKAGE_MISSING, package=error.name or text)
    names = {cls.__name__ for cls in type(error).__mro__}
    names |= {f"{cls.__module__}.{cls.__name__}" for cls in type(error).__mro__}
    if "UnidentifiedImageError" in names:  # its text holds the address of a Python object
        return StillError(errors.STILL_DAMAGED, reason="its header cannot be read")
    for row in _TABLE:
        if (not row.types or names.intersection(row.types)) and re.search(row.pattern, text):
            return StillError(row.code, reason=text or type(error).__name__)
    return StillError(
        errors.NOT_DECODED, reason=f"{type(error).__name__}: {text}" if text else type(error).__name__
    )


def check_size(width: int, height: int) -> None:
    """Raise `StillError` if a picture has more pixels than a file may have."""
    if width * height > MAX_PIXELS:
        raise StillError(errors.STILL_TOO_LARGE, width=width, height=height, limit=MAX_PIXELS // 1_000_000)


def as_json(error: StillError) -> dict[str, Any]:
    """The error as the helper sends it."""
    return {"code": error.code.code, "parameters": error.parameters}


def from_json(sent: dict[str, Any]) -> StageError:
    """The error that a helper sent."""
    code = _CODES[str(sent["code"])]
    kind = Unavailable if code is errors.PACKAGE_MISSING else BadMedia
    return kind(code, **dict(sent["parameters"]))
