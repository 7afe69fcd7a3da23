"""The choice of an ffmpeg, with small scripts that pretend to be one."""

from pathlib import Path

import pytest

from dampipe.kernel.errors import Unavailable
from dampipe.media import errors
from dampipe.media.ffmpeg import binary
from dampipe.media.ffmpeg.binary import find_ffmpeg, version_number


def pretend(folder: Path, version: str, name: str = "ffmpeg") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho 'ffmpeg version {version} Copyright (c) the FFmpeg developers'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with this folder only, which the test fills, and no bundled ffmpeg."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    monkeypatch.setattr(binary, "_bundled", lambda: None)
    return tmp_path / "bin"


def test_the_configured_one_comes_first(only: Path, tmp_path: Path) -> None:
    pretend(only, "8.0")
    own = pretend(tmp_path / "own", "7.1.2")
    found = find_ffmpeg(str(own))
    assert (found.path, found.number) == (str(own), (7, 1, 2))
    assert "configured" in found.reason


def test_an_old_one_on_the_path_is_rejected(
    only: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(only, "5.1.6-0+deb12u1")
    bundled = pretend(tmp_path / "wheel", "9.0.2")
    monkeypatch.setattr(binary, "_bundled", lambda: str(bundled))
    found = find_ffmpeg(None)
    assert found.path == str(bundled)
    assert "5.1.6" in found.reason
    assert "older than 7.1" in found.reason


def test_a_configured_one_that_does_not_run_is_rejected_with_a_reason(only: Path, tmp_path: Path) -> None:
    pretend(only, "n8.0.1-3-gabcdef")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    found = find_ffmpeg(str(broken))
    assert found.number == (8, 0, 1)
    assert "broken" in found.reason


def test_the_error_without_any_ffmpeg_says_what_to_install(only: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        find_ffmpeg("/nowhere/ffmpeg")
    assert caught.value.code == errors.FFMPEG_MISSING.code
    assert "/nowhere/ffmpeg" in str(caught.value)
    assert "7.1" in caught.value.hint


def test_another_program_is_not_ffmpeg(only: Path) -> None:
    only.mkdir()
    (only / "ffmpeg").write_text("#!/bin/sh\necho hello\n")
    (only / "ffmpeg").chmod(0o755)
    with pytest.raises(Unavailable, match="is not ffmpeg"):
        find_ffmpeg(None)


@pytest.mark.parametrize(
    ("version", "library", "number"),
    [
        ("7.1", "", (7, 1)),
        ("2026-09-30-git-2a571b6068", "libavcodec     63.  1.102", (9, 0)),
        ("N-118000-g1", "libavcodec     61. 19.100 / 61. 19.100", (7, 1)),
        ("N-117000-g1", "libavcodec     61.  3.100 / 61.  3.100", (7, 0)),
        ("git", "", (0,)),
    ],
)
def test_version_numbers(version: str, library: str, number: tuple[int, ...]) -> None:
    assert version_number(version, library) == number
