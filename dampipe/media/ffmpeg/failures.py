"""The one table from what ffmpeg and its libraries say to the errors of dampipe, most specific first."""

import re
import signal
from collections.abc import Callable

from dampipe.kernel.errors import BadMedia, Permanent, StageError, Transient

RETRY_WHEN_FULL = 300.0
"""Seconds; a full disk is not emptied sooner by asking often."""


class Silent(Transient):
    """Nothing came for a while although nothing was being computed: the storage, or a decoder that waits for ever."""


class OutOfTime(BadMedia):
    """A limit of time was reached: asking for less would take as long."""


def _full(_: str) -> StageError:
    return Transient(
        "no space left on the device that dampipe writes to",
        hint="free some space; the work is taken up again by itself",
        delay=RETRY_WHEN_FULL,
    )


def _away(_: str) -> StageError:
    return Transient(
        "the file cannot be read just now", hint="check that its disk or share is connected and healthy"
    )


def _bad(message: str, hint: str = "") -> Callable[[str], StageError]:
    return lambda _: BadMedia(message, hint)


def _ours(line: str) -> StageError:
    return Permanent(f"this ffmpeg cannot do what was asked: {line}", hint="run: dampipe doctor")


TABLE: tuple[tuple[str, Callable[[str], StageError]], ...] = (
    (r"No space left on device|Disk quota exceeded", _full),
    (r"Input/output error|Stale file handle|No such file or directory|Host is down", _away),
    (r"Connection timed out|Transport endpoint|No such device|Remote I/O error", _away),
    (
        r"Too many open files|Resource temporarily unavailable",
        lambda _: Transient("the machine is overloaded"),
    ),
    (
        r"Permission denied",
        _bad("cannot be read: permission denied", "make the file readable for the worker"),
    ),
    (r"Unknown encoder|Encoder not found|Unknown encoder|Error selecting an encoder", _ours),
    (r"No such filter|Filter not found|Unrecognized option|Option .*not found|Invalid argument to", _ours),
    (r"Error (applying|parsing|setting) option|Unable to parse .*option|Error parsing filterchain", _ours),
    (r"cannot execute|error while loading shared libraries", _ours),
    (r"not a regular file", _bad("is no regular file")),
    (r"File too large", _bad("its copy grew larger than allowed")),
    (
        r"moov atom not found",
        _bad(
            "the file is incomplete: its table of contents (moov) is missing",
            "copy it again from the card; if the camera died while recording, a repair program may rebuild it "
            "with the help of an intact clip of the same camera",
        ),
    ),
    (r"not on whitelist", _bad("its format is not one that dampipe opens")),
    (
        r"Picture size .* is invalid|picture is larger|Invalid frame dimensions",
        _bad("its picture is too large"),
    ),
    (r"Cannot allocate memory|Out of memory|MemoryError", _bad("needs more memory than a file is allowed")),
    (
        r"does not contain any stream|matches no streams|no streams|Stream map .* matches",
        _bad("holds neither picture nor sound"),
    ),
    (
        r"Decoder .*not found|no decoder|Decoding requested, but no decoder|Unknown codec",
        _bad("its codec is unknown"),
    ),
    (
        r"Not yet implemented in FFmpeg|not implemented",
        _bad("uses a part of its format that is not known here"),
    ),
    (
        r"Output file is empty|[Nn]othing was (encoded|written)|No filtered frames|received no packets"
        r"|Could not open encoder before EOF|no frame",
        _bad("nothing in it could be decoded"),
    ),
    (
        r"Invalid data found|Error while decoding|Decode error rate|Error opening input|Operation not permitted"
        r"|could not find codec param|End of file|Cannot determine format",
        _bad("is no media file, or is damaged"),
    ),
)


def from_text(text: str) -> StageError:
    """The error that a message of ffmpeg or of its libraries stands for; unknown is `Permanent`."""
    for pattern, make in TABLE:
        found = re.search(pattern, text)
        if found:
            start = text.rfind("\n", 0, found.start()) + 1
            return make(text[start:].split("\n", 1)[0].strip()[:200])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Permanent(f"ffmpeg failed: {lines[-1][:200] if lines else 'it gave no reason'}")


def from_signal(number: int) -> StageError:
    """The error for a process that a signal ended, when it was not us who sent it."""
    if number == signal.SIGXFSZ:
        return BadMedia("its copy grew larger than allowed")
    if number == signal.SIGXCPU:
        return OutOfTime("took more computing time than a file is allowed")
    if number in (
        signal.SIGSEGV,
        signal.SIGBUS,
        signal.SIGABRT,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGTRAP,
    ):
        return BadMedia(f"crashed the decoder ({signal.Signals(number).name})")
    return Transient(f"ffmpeg was stopped from outside (signal {number}), perhaps for want of memory")


def from_silence(seconds: float, busy: bool) -> StageError:
    """The error for work that stood still: the storage's fault unless the decoder was busy."""
    if busy:
        return OutOfTime(f"gave nothing for {seconds:.0f} s although the decoder was busy")
    return Silent(
        f"its storage did not answer for {seconds:.0f} s", hint="check that the disk or share is healthy"
    )


def from_time(seconds: float) -> StageError:
    """The error for work that reached its time limit."""
    return OutOfTime(f"took longer than {seconds:.0f} s", hint="raise the time limit if the file is worth it")
