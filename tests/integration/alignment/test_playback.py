"""What a player is told of versions: their frames, shots and sound, as the real pipeline has found them."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from fastapi.testclient import TestClient

from dampipe.app.container import Container
from dampipe.features.alignment.playback import PlaybackReport, PlaybackService
from dampipe.kernel.access import LOCAL
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.web.app import create_app
from tests.support.anchors import CLIP, SOUND, STILL_PICTURE
from tests.support.counted_clips import counted
from tests.support.derivatives import DerivativeLibrary


def playback(here: DerivativeLibrary, name: str) -> PlaybackReport:
    return here.library.service(PlaybackService).playback(LOCAL, name)


def test_a_constant_rate_is_a_grid_and_sound_has_no_frames(here: DerivativeLibrary) -> None:
    found = playback(here, CLIP)
    assert found.frames is not None
    frames = found.frames
    assert (frames.base, frames.start, frames.step, frames.steps) == ("1001/24000", 0, "1", ())
    assert (frames.rate, frames.timecode, frames.exact, frames.shown) == (
        "24000/1001",
        "01:00:00:00",
        True,
        (),
    )
    assert frames.end == frames.count
    assert found.shots[0] == 0.0
    sound, still = playback(here, SOUND), playback(here, STILL_PICTURE)
    assert sound.frames is None and len(sound.heard) == 1
    assert still.frames is None and still.heard == ()


def test_frames_of_a_variable_and_of_a_high_rate_are_those_of_the_proxy(tmp_path: Path) -> None:
    ffmpeg, footage = find_ffmpeg(), tmp_path / "footage"
    footage.mkdir()
    steps = [(1000, 1500, 500, 2000)[number % 4] for number in range(59)]
    times = [sum(steps[:number]) for number in range(60)]
    counted(ffmpeg, footage / "phone.mov", Fraction(30), times)
    counted(ffmpeg, footage / "fast.mov", Fraction(120), [1000 * number for number in range(120)])
    here = DerivativeLibrary(tmp_path / "home")
    try:
        here.library.add(footage)
        here.library.process()
        frames = playback(here, "phone.mov").frames
        assert frames is not None and frames.exact and frames.step is None and frames.count == 60
        begins = [float(Fraction(frames.base) * sum(frames.steps[:number])) for number in range(60)]
        assert begins == pytest.approx([time / 30_000 for time in times], abs=1e-4)
        fast = playback(here, "fast.mov").frames
        assert fast is not None and fast.count == 120
        assert fast.shown == (0, *[2] * 59), "of 120 frames a second the proxy has every other"
        assert (fast.rate, fast.timecode) == ("120", None)
    finally:
        here.close()


def test_over_http_it_is_of_the_version_that_is_asked_for(here: DerivativeLibrary) -> None:
    with TestClient(create_app(cast(Container, here.library._container)), "http://127.0.0.1") as http:
        sha1 = playback(here, CLIP).sha1
        found = http.get(f"/api/v1/versions/{sha1[:12]}/playback").json()
        assert found["sha1"] == sha1 and found["frames"]["base"] == "1001/24000"
        assert http.get("/api/v1/versions/00000000/playback").status_code == 404
