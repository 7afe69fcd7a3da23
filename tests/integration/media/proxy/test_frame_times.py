"""Every frame of a proxy has the time that it has in the source, also at a variable rate."""

from fractions import Fraction
from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import PRESETS, FramesRecipe, PreviewRecipe, ProxyRecipe
from tests.support.fake_card import CARD, SOFT, FakeCard
from tests.support.timed_clips import X264, copy, frame_times, run

EXACT = 0.00052
"""Half a millisecond, and half a tick of the proxy's clock."""
_VFR = (*X264, "-fps_mode", "passthrough", "-enc_time_base:v", "1/90000")
GAPS = "select='lt(n,20)+eq(n,100)+between(n,200,230)*not(mod(n,3))+eq(n,231)'"
JITTER = "settb=1/90000,setpts='PTS+mod(N*N*37,1700)'"
_PHONE_CLOCK = ("-video_track_timescale", "600")
HELD = ("-bf", "0", "-bsf:v", "setts=pts=PTS:dts=DTS:duration='if(gte(N,89),5/TB,DURATION)'")
SOURCES: dict[str, tuple[str, float, tuple[str, ...], tuple[str, ...]]] = {
    # name: rate, seconds, how it is encoded, into which containers its packets are copied
    "gaps": ("30", 8, ("-vf", GAPS, *_VFR), (".mp4", ".mkv", ".flv", ".ts")),
    "jitter": ("30", 6, ("-vf", JITTER, *_VFR), (".mp4", ".mkv", ".ts")),
    "held": ("30", 3, (*_VFR, *HELD), (".mp4", ".mkv")),
    "phone": ("30", 6, ("-vf", "select='mod(n,7)'", *X264, "-fps_mode", "vfr", *_PHONE_CLOCK), (".mov",)),
    "two-rates": ("60", 4, ("-vf", "select='gte(n,120)+not(mod(n,2))'", *_VFR), (".mp4", ".mkv")),
}  # fmt: skip
NAMES = [name + suffix for name, (*_, suffixes) in SOURCES.items() for suffix in suffixes]


@pytest.fixture(scope="module")
def sources(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("variable")
    made = {}
    for name, (rate, seconds, options, suffixes) in SOURCES.items():
        first = folder / f"{name}-first{suffixes[0]}"
        run(
            ffmpeg, "-f", "lavfi", "-i", f"testsrc2=s=480x270:r={rate}:d={seconds}", *options, f"file:{first}"
        )
        for suffix in suffixes:
            made[name + suffix] = copy(ffmpeg, first, folder / f"{name}{suffix}")
    return made


def check(made: MadeProxy, source: Path, prober: Prober) -> None:
    media = prober.probe(str(source))
    assert made.file is not None
    expected = [time - media.start for time in frame_times(source)]
    times = frame_times(made.file.path)
    assert len(times) == len(expected)
    assert max(abs(a - b) for a, b in zip(times, expected, strict=True)) < EXACT
    assert made.duration is not None
    assert made.duration > times[-1] + 0.01, "the last frame is shown, too, even if its duration is unknown"


@pytest.mark.parametrize("preset", ["review", "edit"])
@pytest.mark.parametrize("name", NAMES)
def test_every_frame_keeps_its_time(
    name: str, preset: str, sources: dict[str, Path], ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    maker = ProxyMaker(ffmpeg, PRESETS[preset].proxy, [SOFT])
    made = maker.make(str(sources[name]), prober.probe(str(sources[name])), tmp_path)
    check(made, sources[name], prober)
    if name.startswith("held"):
        assert made.duration == pytest.approx(7.967, abs=0.002), "the last frame is held for five seconds"


@pytest.mark.parametrize("name", ["gaps.mp4", "jitter.mkv"])
def test_every_frame_keeps_its_time_on_a_card(
    name: str, sources: dict[str, Path], ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    (tmp_path / "card").mkdir()
    card = FakeCard(ffmpeg, tmp_path / "card")
    maker = ProxyMaker(card.ffmpeg, ProxyRecipe(), [CARD, SOFT])
    made = maker.make(str(sources[name]), prober.probe(str(sources[name])), tmp_path)
    assert made.plan == "nvidia"
    check(made, sources[name], prober)


@pytest.mark.parametrize("preset", ["review", "edit"])
@pytest.mark.parametrize("name", ["gaps.flv", "jitter.mkv"])
def test_every_frame_keeps_its_time_in_one_pass(
    name: str,
    preset: str,
    sources: dict[str, Path],
    ffmpeg: Ffmpeg,
    prober: Prober,
    choose: FrameSelector,
    tmp_path: Path,
) -> None:
    previews = PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose, prober=prober)
    passes = Passes(previews, ProxyMaker(ffmpeg, PRESETS[preset].proxy, [SOFT]))
    preview, proxy = passes.make(str(sources[name]), prober.probe(str(sources[name])), tmp_path)
    assert proxy is not None
    check(proxy, sources[name], prober)
    assert proxy.file is not None
    shown = frame_times(proxy.file.path)
    assert all(min(abs(frame.time - time) for time in shown) <= 0.0011 for frame in preview.frames)


@pytest.mark.parametrize("preset", ["review", "edit"])
@pytest.mark.parametrize("rate", ["24000/1001", "25", "30000/1001", "50", "60000/1001"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".mov"])
def test_a_constant_rate_stays_exact(
    suffix: str, rate: str, preset: str, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    """Although Matroska rounds its time stamps to milliseconds."""
    source = tmp_path / f"source{suffix}"
    run(ffmpeg, "-f", "lavfi", "-i", f"testsrc2=s=160x90:r={rate}:d=3", *X264, f"file:{source}")
    maker = ProxyMaker(ffmpeg, PRESETS[preset].proxy, [SOFT])
    made = maker.make(str(source), prober.probe(str(source)), tmp_path)
    assert made.file is not None
    times, exact = frame_times(made.file.path), Fraction(rate)
    assert max(abs(time - n / exact) for n, time in enumerate(times)) < 1e-6
    proxy = prober.probe(str(made.file.path))
    assert proxy.video is not None and proxy.video.rate == exact
    assert made.duration == pytest.approx(len(times) / float(exact), abs=0.001)


@pytest.mark.parametrize(
    ("rate", "kept"), [("120", 120), ("100", 120), ("240", 120), ("60", 120), ("30", 60)]
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_limit_of_the_rate_drops_frames_and_repeats_none(
    suffix: str, rate: str, kept: int, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    source = tmp_path / f"source{suffix}"
    run(ffmpeg, "-f", "lavfi", "-i", f"testsrc2=s=160x90:r={rate}:d=2", *X264, f"file:{source}")
    made = ProxyMaker(ffmpeg, ProxyRecipe(), [SOFT]).make(str(source), prober.probe(str(source)), tmp_path)
    assert made.file is not None
    times, all_times = frame_times(made.file.path), frame_times(source)
    assert len(times) == pytest.approx(kept, abs=1)
    assert all(min(abs(time - other) for other in all_times) < EXACT for time in times)
    assert made.duration == pytest.approx(2.0, abs=1 / 60)


def test_a_rate_that_is_reported_much_too_high_does_no_harm(
    sources: dict[str, Path], ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    """Matroska and FLV files without a default duration are reported with 1000 frames a second."""
    media = prober.probe(str(sources["gaps.mkv"]))
    assert media.video is not None
    thousand = media.model_copy(update={"video": media.video.model_copy(update={"rate": Fraction(1000)})})
    made = ProxyMaker(ffmpeg, ProxyRecipe(), [SOFT]).make(str(sources["gaps.mkv"]), thousand, tmp_path)
    check(made, sources["gaps.mkv"], prober)
