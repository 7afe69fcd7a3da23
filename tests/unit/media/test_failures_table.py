"""What ffmpeg says, and what becomes of it: the exact texts were seen in ffmpeg's output."""

import re
import signal

import pytest

from dampipe.kernel.errors import BadMedia, Permanent, StageError, Transient
from dampipe.media.ffmpeg import failures

SEEN = [
    ("av_interleaved_write_frame(): No space left on device", Transient, "no space left"),
    ("[in#0 @ 0x55] Error opening input: Input/output error", Transient, "cannot be read just now"),
    (
        "Error opening input file file:/a.\nError opening input files: Stale file handle",
        Transient,
        "just now",
    ),
    ("Error opening input: No such file or directory", Transient, "just now"),
    ("Error opening input: Permission denied", BadMedia, "permission denied"),
    ("Unknown encoder 'libx264'\n[out#0] Error selecting an encoder", Permanent, "libx264"),
    ("[AVFilterGraph @ 0x1] No such filter: 'zscale'", Permanent, "zscale"),
    ("Unrecognized option 'stats_enc_pre'.", Permanent, "stats_enc_pre"),
    ("[mov,mp4 @ 0x1] moov atom not found\nInvalid data found when processing input", BadMedia, "moov"),
    ("[hls @ 0x1] Format not on whitelist 'mov'\nInvalid data found", BadMedia, "not one that dampipe opens"),
    ("Error opening input: Invalid data found when processing input", BadMedia, "damaged"),
    ("Output file does not contain any stream", BadMedia, "neither picture nor sound"),
    ("Stream map '0:v' matches no streams.", BadMedia, "neither picture nor sound"),
    ("[out#0/mp4] Nothing was written into output file", BadMedia, "nothing in it could be decoded"),
    ("Error while filtering: Cannot allocate memory", BadMedia, "memory"),
    ("[IMGUTILS] Picture size 60000x60000 is invalid", BadMedia, "too large"),
    ("a sentence that nobody has met", Permanent, "nobody has met"),
    ("", Permanent, "no reason"),
]


@pytest.mark.parametrize(("text", "kind", "words"), SEEN)
def test_texts(text: str, kind: type[StageError], words: str) -> None:
    error = failures.from_text(text)
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)


def test_the_most_specific_wins() -> None:
    full = failures.from_text("Error opening input: Invalid data found\nNo space left on device")
    assert isinstance(full, Transient)
    assert full.delay == 300


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU, signal.SIGXFSZ])
def test_signals_that_a_file_causes(number: signal.Signals) -> None:
    assert isinstance(failures.from_signal(number), BadMedia)


def test_signals_from_outside_are_no_fault_of_the_file() -> None:
    assert isinstance(failures.from_signal(signal.SIGTERM), Transient)
    assert isinstance(failures.from_signal(signal.SIGKILL), Transient)


def test_silence_is_the_storages_unless_the_decoder_was_busy() -> None:
    assert isinstance(failures.from_silence(60, busy=False), Transient)
    assert isinstance(failures.from_silence(60, busy=True), BadMedia)


def test_every_pattern_compiles_and_is_needed() -> None:
    for pattern, make in failures.TABLE:
        assert re.compile(pattern)
        assert str(make("a line"))
