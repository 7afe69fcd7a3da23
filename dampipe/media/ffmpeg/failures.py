"""The one table that translates messages of ffmpeg and its libraries into errors, most specific first."""

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from dampipe.kernel import file_errors
from dampipe.kernel.errors import BadMedia, ErrorCode, Permanent, StageError, Transient
from dampipe.media import errors
from dampipe.media.ffmpeg.readable import is_readable

_CUT = "it ends before its content does"
DISK_FULL_DELAY = 300.0
"""Seconds before the next attempt."""
_MAX_LINE = 200
"""Characters of a message that are kept."""


class Stalled(Transient):
    """Nothing was read for a while although nothing was computed: the storage hangs, or a decoder is deadlocked."""


class OutOfTime(BadMedia):
    """A time limit was reached, so a retry with fewer streams would take as long."""


@dataclass(frozen=True)
class Translation:
    """One row of the table."""

    pattern: str
    """Regular expression, searched for in the message."""
    error: type[StageError]
    code: ErrorCode
    """Its text may use `line`: the line of the message that matched."""
    delay: float | None = None
    """Seconds before the next attempt, for `Transient`; None: the usual back-off."""

    def make(self, line: str, **parameters: str | None) -> StageError:
        """The error for a matching line. parameters: the named groups of the pattern."""
        texts = {name: parameters.get(name) or "unknown" for name in re.compile(self.pattern).groupindex}
        if issubclass(self.error, Transient):
            return self.error(self.code, delay=self.delay, line=line, **texts)
        return self.error(self.code, line=line, **texts)


TABLE: tuple[Translation, ...] = (
    Translation(
        r"No space left on device|Disk quota exceeded", Transient, file_errors.DISK_FULL, DISK_FULL_DELAY
    ),
    Translation(
        r"Input/output error|Stale file handle|No such file or directory|Host is down"
        r"|Connection timed out|Transport endpoint|No such device|Remote I/O error",
        Transient,
        errors.SOURCE_UNAVAILABLE,
    ),
    Translation(r"Too many open files|Resource temporarily unavailable", Transient, errors.OVERLOADED),
    Translation(r"Permission denied", BadMedia, file_errors.FILE_UNREADABLE),
    Translation(
        r"Unknown encoder|Encoder not found|Unknown encoder|Error selecting an encoder"
        r"|No such filter|Filter not found|Unrecognized option|Option .*not found|Invalid argument to"
        r"|Error (applying|parsing|setting) option|Unable to parse .*option|Error parsing filterchain"
        r"|cannot execute|error while loading shared libraries",
        Permanent,
        errors.FFMPEG_UNSUPPORTED,
    ),
    Translation(r"not a regular file", BadMedia, errors.NOT_REGULAR),
    Translation(r"File too large", BadMedia, errors.OUTPUT_TOO_LARGE),
    Translation(r"moov atom not found", BadMedia, errors.INDEX_MISSING),
    Translation(
        r"Application provided duration: \S+ in stream \d+ is invalid|Packet duration: .* is out of range",
        BadMedia,
        errors.TIMES_OUT_OF_RANGE,
    ),
    Translation(r"not on whitelist", BadMedia, errors.FORMAT_NOT_ALLOWED),
    Translation(
        r"Picture size .* is invalid|picture is larger|Invalid frame dimensions",
        BadMedia,
        errors.PICTURE_TOO_LARGE,
    ),
    Translation(r"Cannot allocate memory|Out of memory|MemoryError", BadMedia, errors.OUT_OF_MEMORY),
    Translation(
        r"does not contain any stream|matches no streams|no streams|Stream map .* matches",
        BadMedia,
        errors.NO_STREAMS,
    ),
    *(
        Translation(pattern, BadMedia, errors.UNKNOWN_CODEC)
        for pattern in (
            r"Unknown codec (?P<codec>[^\n]+)",
            r"no decoder (?:found )?for:? *(?P<codec>\S+)",
            r"Decoder '?(?P<codec>[\w-]+)'? not found",
            r"(?:no decoder|Unknown codec)(?P<codec>)",
        )
    ),
    Translation(
        r"Not yet implemented in FFmpeg|not implemented",
        BadMedia,
        errors.UNSUPPORTED_FEATURE,
    ),
    Translation(
        r"Output file is empty|[Nn]othing was (encoded|written)|No filtered frames|received no packets"
        r"|Could not open encoder before EOF|no frame",
        BadMedia,
        errors.NOTHING_DECODED,
    ),
    Translation(
        r"Invalid data found|Error while decoding|Decode error rate|Error opening input|Operation not permitted"
        r"|could not find codec param|End of file|Cannot determine format",
        BadMedia,
        errors.DAMAGED,
    ),
)
_OF_OUTPUT = re.compile(r"\[out#|\b[Ww]riting|\b[Mm]uxing|write_(frame|trailer|header)|trailer")
"""Messages about an output file, which say nothing about the input."""

_CRASHES = (
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGABRT,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGTRAP,
)


def from_text(text: str, inputs: Sequence[str] = ()) -> StageError:
    """Translate a message of ffmpeg or of its libraries; an unknown message is `Permanent`.

    inputs: paths of the files that it reads. ffmpeg says "Input/output error" of a file that was cut, too; the
    storage is blamed only if the system cannot read them either.
    """
    for row in TABLE:
        found = re.search(row.pattern, text)
        if found:
            start = text.rfind("\n", 0, found.start()) + 1
            line = text[start:].split("\n", 1)[0].strip()[:_MAX_LINE]
            of_inputs = row.code is errors.SOURCE_UNAVAILABLE and inputs and not _OF_OUTPUT.search(line)
            if of_inputs and all(is_readable(path) for path in inputs):
                return BadMedia(errors.DAMAGED, line=_CUT)
            return row.make(line, **found.groupdict())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Permanent(errors.FFMPEG_FAILED, line=lines[-1][:_MAX_LINE] if lines else "it gave no reason")


def from_signal(number: int) -> StageError:
    """Translate the signal that ended a process, if this process did not send it."""
    if number == signal.SIGXFSZ:
        return BadMedia(errors.OUTPUT_TOO_LARGE)
    if number == signal.SIGXCPU:
        return OutOfTime(errors.CPU_TIMEOUT)
    if number in _CRASHES:
        return BadMedia(errors.DECODER_CRASHED, signal=signal.Signals(number).name)
    return Transient(errors.FFMPEG_KILLED, signal=number)


def from_stall(seconds: float, busy: bool) -> StageError:
    """The error for a process without progress: the storage is at fault unless the decoder was busy."""
    if busy:
        return OutOfTime(errors.DECODER_STALLED, seconds=seconds)
    return Stalled(errors.STORAGE_STALLED, seconds=seconds)


def from_timeout(seconds: float) -> StageError:
    """The error for a process that reached its time limit."""
    return OutOfTime(errors.TIMEOUT, seconds=seconds)
