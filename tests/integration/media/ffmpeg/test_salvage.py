"""Damaged footage: what can be decoded is used, and a warning names the loss."""

from pathlib import Path

import numpy as np
import pytest

from dampipe.app.demo.clips import make_clip
from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.failures import OutOfTime, Stalled
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.ffmpeg.salvage import NO_PICTURE, NO_SOUND, best_effort, without_sound
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe


@pytest.fixture
def maker(ffmpeg: Ffmpeg) -> ProxyMaker:
    return ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")])


@pytest.fixture
def previews(ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober) -> PreviewMaker:
    return PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose, prober=prober)


@pytest.fixture
def take(ffmpeg: Ffmpeg, tmp_path: Path) -> Path:
    """Twelve seconds that do not compress, with sound."""
    rng = np.random.default_rng(1)
    noisy = [(rng.integers(0, 255, (180, 320, 3), np.uint8), 2.0) for _ in range(6)]
    return make_clip(ffmpeg, tmp_path / "take.mkv", noisy)


@pytest.mark.parametrize("suffix", ["mkv", "ts", "avi", "frag.mp4"])
def test_a_camera_that_died_mid_take(
    suffix: str,
    take: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    maker: ProxyMaker,
    previews: PreviewMaker,
    tmp_path: Path,
) -> None:
    """The last part of the file is missing."""
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    extra = ["-movflags", "frag_keyframe+empty_moov"] if "frag" in suffix else []
    if suffix == "avi":
        extra = ["-bsf:v", "h264_mp4toannexb"]
    assert run_ffmpeg(ffmpeg, ["-i", f"file:{take}", "-c", "copy", *extra, f"file:{whole}"], Limits()).ok
    content = whole.read_bytes()
    cut.write_bytes(content[: len(content) * 6 // 10])
    media = prober.probe(str(cut))
    preview = previews.make(str(cut), media, tmp_path)
    made = maker.make(str(cut), media, tmp_path)
    assert len(preview.frames) >= 3
    assert made.duration is not None
    assert 5 < made.duration < 9.5
    if media.duration is not None and media.duration > 11:
        # Where the header tells how long it was meant to be.
        assert made.warnings == (f"only the first {made.duration:.1f} s of 12.0 s could be decoded",)


def test_a_file_without_its_table_of_contents_says_what_may_help(
    take: Path, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole.mov", tmp_path / "cut.mov"
    assert run_ffmpeg(ffmpeg, ["-i", f"file:{take}", "-c", "copy", f"file:{whole}"], Limits()).ok
    cut.write_bytes(whole.read_bytes()[:100_000])
    with pytest.raises(BadMedia, match="table of contents") as caught:
        prober.probe(str(cut))
    assert "repair" in caught.value.hint


def test_sound_that_cannot_be_decoded(
    ffmpeg: Ffmpeg, take: Path, prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path
) -> None:
    source = tmp_path / "noise.mkv"
    arguments = ["-i", f"file:{take}", "-c", "copy", "-bsf:a", "noise=amount=1"]
    assert run_ffmpeg(ffmpeg, [*arguments, f"file:{source}"], Limits()).ok
    media = prober.probe(str(source))
    assert len(media.audio) == 1
    assert previews.make(str(source), media, tmp_path).warnings == ()
    made = maker.make(str(source), media, tmp_path)
    assert made.file is not None
    assert made.duration == pytest.approx(12.0, abs=0.1)
    assert made.warnings
    assert any("sound" in warning or "damaged" in warning for warning in made.warnings)


def test_an_unknown_sound_format(take: Path, prober: Prober, maker: ProxyMaker, tmp_path: Path) -> None:
    source = tmp_path / "odd.mkv"
    source.write_bytes(take.read_bytes().replace(b"A_AAC", b"A_XYZ"))
    media = prober.probe(str(source))
    assert media.warnings == ("its sound track has an unknown format (A_XYZ)",)
    made = maker.make(str(source), media, tmp_path)
    assert made.duration == pytest.approx(12.0, abs=0.1)


def test_a_picture_that_cannot_be_decoded_leaves_the_sound(
    ffmpeg: Ffmpeg, take: Path, prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path
) -> None:
    source = tmp_path / "blind.mkv"
    arguments = ["-i", f"file:{take}", "-c", "copy", "-bsf:v", "noise=drop=1"]
    assert run_ffmpeg(ffmpeg, [*arguments, f"file:{source}"], Limits()).ok
    media = prober.probe(str(take))
    preview = previews.make(str(source), media, tmp_path)
    assert (preview.warnings, preview.frames) == ((NO_PICTURE,), ())
    assert [file.kind.value for file in preview.files] == ["poster"]
    made = maker.make(str(source), media, tmp_path)
    assert (made.plan, made.warnings[0]) == ("sound", NO_PICTURE)
    assert made.duration == pytest.approx(12.0, abs=0.1)


def test_holes_cause_a_warning(take: Path, prober: Prober, maker: ProxyMaker, tmp_path: Path) -> None:
    content = bytearray(take.read_bytes())
    for spot in range(100_000, len(content) - 100_000, 50_000):
        content[spot : spot + 3000] = bytes(3000)
    source = tmp_path / "holes.mkv"
    source.write_bytes(content)
    made = maker.make(str(source), prober.probe(str(source)), tmp_path)
    assert len(made.warnings) == 1
    assert "damaged" in made.warnings[0] or "could be decoded" in made.warnings[0]


def test_tracks_are_dropped_step_by_step(matrix: dict[str, Path], prober: Prober) -> None:
    media = prober.probe(str(matrix["mpeg2-mono.mxf"]))
    attempts: list[int] = []

    def make(tracks_that_work: int, error: type[Exception]) -> tuple[int, list[str]]:
        attempts.clear()

        def attempt(part: object) -> int:
            tracks = len(part.audio)  # type: ignore[attr-defined]
            attempts.append(tracks)
            if tracks > tracks_that_work:
                raise error("does not work")
            return tracks

        return best_effort(media, without_sound(media), attempt)

    assert make(4, BadMedia) == (4, [])
    assert make(1, BadMedia) == (1, ["only the first of its 4 sound tracks could be decoded"])
    assert attempts == [4, 1]
    assert make(0, Stalled) == (0, [NO_SOUND])
    assert attempts == [4, 4, 1, 0], "a stalled attempt is repeated"
    with pytest.raises(BadMedia):
        make(-1, BadMedia)
    with pytest.raises(OutOfTime):
        make(1, OutOfTime)
    assert attempts == [4], "a timeout is not repeated"
