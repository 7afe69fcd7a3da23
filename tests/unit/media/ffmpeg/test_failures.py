"""Messages of ffmpeg become errors; these messages are copied from its output."""

import errno
import os
import re
import signal
from pathlib import Path

import pytest

from dampipe.kernel import file_errors
from dampipe.kernel.errors import BadMedia, ErrorCode, Permanent, StageError, Transient
from dampipe.media import errors
from dampipe.media.ffmpeg import failures, readable

MESSAGES = [
    ("av_interleaved_write_frame(): No space left on device", Transient, file_errors.DISK_FULL),
    ("[in#0 @ 0x55] Error opening input: Input/output error", Transient, errors.SOURCE_UNAVAILABLE),
    (
        "Error opening input file file:/a.\nError opening input files: Stale file handle",
        Transient,
        errors.SOURCE_UNAVAILABLE,
    ),
    ("Error opening input: No such file or directory", Transient, errors.SOURCE_UNAVAILABLE),
    ("Error opening input: Permission denied", BadMedia, file_errors.FILE_UNREADABLE),
    (
        "Unknown encoder 'libx264'\n[out#0] Error selecting an encoder",
        Permanent,
        errors.FFMPEG_UNSUPPORTED,
    ),
    ("[AVFilterGraph @ 0x1] No such filter: 'zscale'", Permanent, errors.FFMPEG_UNSUPPORTED),
    ("Unrecognized option 'stats_enc_pre'.", Permanent, errors.FFMPEG_UNSUPPORTED),
    (
        "[mov,mp4 @ 0x1] moov atom not found\nInvalid data found when processing input",
        BadMedia,
        errors.INDEX_MISSING,
    ),
    ("[hls @ 0x1] Format not on whitelist 'mov'\nInvalid data found", BadMedia, errors.FORMAT_NOT_ALLOWED),
    ("Error opening input: Invalid data found when processing input", BadMedia, errors.DAMAGED),
    ("Output file does not contain any stream", BadMedia, errors.NO_STREAMS),
    ("Stream map '0:v' matches no streams.", BadMedia, errors.NO_STREAMS),
    ("[out#0/mp4] Nothing was written into output file", BadMedia, errors.NOTHING_DECODED),
    ("Error while filtering: Cannot allocate memory", BadMedia, errors.OUT_OF_MEMORY),
    ("[IMGUTILS] Picture size 60000x60000 is invalid", BadMedia, errors.PICTURE_TOO_LARGE),
    (
        "[mp4 @ 0x1] Application provided duration: 2147483648 in stream 0 is invalid\n"
        "[out#0/mp4] Terminating thread with return code -22 (Invalid argument)",
        BadMedia,
        errors.TIMES_OUT_OF_RANGE,
    ),
    ("an unknown message", Permanent, errors.FFMPEG_FAILED),
    ("", Permanent, errors.FFMPEG_FAILED),
]


@pytest.mark.parametrize(("text", "kind", "code"), MESSAGES)
def test_messages(text: str, kind: type[StageError], code: ErrorCode) -> None:
    error = failures.from_text(text)
    assert type(error) is kind
    assert error.code == code.code
    assert str(error) and "\n" not in str(error)


@pytest.mark.parametrize("name", ["libx264", "zscale", "stats_enc_pre"])
def test_what_this_ffmpeg_lacks_is_named(name: str) -> None:
    [text] = [text for text, _, _ in MESSAGES if f"'{name}'" in text]
    error = failures.from_text(text)
    assert name in str(error)
    assert name in error.parameters["line"]


def test_an_unknown_message_is_kept() -> None:
    assert str(failures.from_text("first\nan unknown message\n")) == "ffmpeg failed: an unknown message"
    assert str(failures.from_text("")) == "ffmpeg failed: it gave no reason"


def test_braces_in_a_message_are_kept() -> None:
    assert "{x}" in str(failures.from_text("Unrecognized option '{x}'"))


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


def test_a_stall_is_the_storages_fault_unless_the_decoder_was_busy() -> None:
    assert isinstance(failures.from_stall(60, busy=False), Transient)
    assert isinstance(failures.from_stall(60, busy=True), BadMedia)


def test_every_row_makes_an_error() -> None:
    for row in failures.TABLE:
        assert re.compile(row.pattern)
        assert str(row.make("a line"))


@pytest.mark.parametrize(
    "message", ["Input/output error", "Stale file handle", "No such file or directory", "Remote I/O error"]
)
def test_the_storage_is_blamed_only_if_the_system_cannot_read_the_file(message: str, tmp_path: Path) -> None:
    text = f"[in#0 @ 0x55] Error opening input: {message}"
    path = tmp_path / "cut.mkv"
    path.write_bytes(bytes(3 << 20))
    intact = failures.from_text(text, [str(path)])
    assert type(intact) is BadMedia
    assert str(intact) == "damaged or incomplete: it ends before its content does"
    gone = failures.from_text(text, [str(path), str(tmp_path / "gone.mkv")])
    assert (type(gone), gone.code) == (Transient, errors.SOURCE_UNAVAILABLE.code)
    if Path("/proc/self/mem").exists():  # reading its beginning is a real EIO
        broken = failures.from_text(text, ["/proc/self/mem"])
        assert (type(broken), broken.code) == (Transient, errors.SOURCE_UNAVAILABLE.code)


def test_a_write_error_does_not_blame_the_input(tmp_path: Path) -> None:
    path = tmp_path / "fine.mkv"
    path.write_bytes(b"x")
    for text in (
        "[out#0/mp4 @ 0x5] Error writing trailer: Input/output error",
        "[vost#0:0 @ 0x5] Error submitting a packet to the muxer: x\n[out#0/mp4] Error muxing: Input/output error",
        "av_interleaved_write_frame(): Input/output error",
    ):
        assert isinstance(failures.from_text(text, [str(path)]), Transient)


def test_of_a_large_file_samples_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.mov"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    read: list[int] = []
    pread = os.pread

    def counted(file: int, count: int, offset: int) -> bytes:
        data = pread(file, count, offset)
        read.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", counted)
    assert readable.is_readable(str(path))
    assert 60 << 20 < sum(read) <= 130 << 20

    def failing(file: int, count: int, offset: int) -> bytes:
        if offset > 1 << 39:
            raise OSError(errno.EIO, "Input/output error")
        return pread(file, count, offset)

    monkeypatch.setattr(os, "pread", failing)
    assert not readable.is_readable(str(path))


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Unknown codec zzq1, A_XYZ", "zzq1, A_XYZ"),
        ("Decoding requested, but no decoder found for: dolby_e", "dolby_e"),
        ("[dec:x @ 0x1] Decoder 'zz' not found", "zz"),
        ("no decoder", "unknown"),
    ],
)
def test_an_unknown_codec_is_named(text: str, codec: str) -> None:
    error = failures.from_text(f"a line\n{text}\nanother")
    assert (error.code, error.parameters["codec"]) == (errors.UNKNOWN_CODEC.code, codec)
