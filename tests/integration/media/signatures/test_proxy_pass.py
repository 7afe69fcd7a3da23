"""The proxy pass signs every frame, as decoding the proxy does."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.outputs import DerivativeKind
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import PRESETS, SIGNATURES, ProxyRecipe
from dampipe.media.signatures.graph import PICTURES_NAME
from dampipe.media.signatures.track import SignatureKind, SignatureTrack
from tests.support.anchors import MOVING, STILL, aligned, join, music, signed
from tests.support.timed_clips import X264, clip, run


def proxy_of(ffmpeg: Ffmpeg, prober: Prober, source: Path, folder: Path, recipe: ProxyRecipe) -> MadeProxy:
    maker = ProxyMaker(ffmpeg, recipe, [Acceleration(SOFTWARE, True, "for tests")])
    folder.mkdir()
    made = maker.make(str(source), prober.probe(str(source)), folder)
    assert not (folder / PICTURES_NAME).exists()
    return made


def track_of(made: MadeProxy) -> SignatureTrack:
    assert made.signatures is not None and made.signatures in made.files
    return SignatureTrack.from_bytes(made.signatures.path.read_bytes())


def frame_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [Fraction(frame.pts) * stream.time_base for frame in container.decode(stream)]


@pytest.mark.parametrize("preset", ["review", "edit"])
def test_every_frame_of_the_proxy_is_signed(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path, preset: str
) -> None:
    source = join(ffmpeg, tmp_path / "clip.mp4", (MOVING[0], MOVING[3]))
    made = proxy_of(ffmpeg, prober, source, tmp_path / "proxy", PRESETS[preset].proxy)
    track = track_of(made)
    assert made.file is not None
    assert [tick * track.time_base for tick in track.ticks.tolist()] == frame_times(made.file.path)
    from_proxy = signed(ffmpeg, prober, made.file.path, tmp_path)
    assert len(from_proxy) == len(track)
    assert (track.units * from_proxy.units).sum(axis=1).min() > 0.95
    assert aligned(track, from_proxy).share == 1
    assert np.array_equal(from_proxy.ticks * from_proxy.time_base, track.ticks * track.time_base)


def test_frames_of_variable_rate_are_signed_at_their_times(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    uneven = tmp_path / "vfr.mkv"
    source = clip(ffmpeg, tmp_path / "clip.mp4", seconds=5)
    drop = "select='not(eq(mod(n,7),3)+between(mod(n,50),20,29))'"
    run(ffmpeg, "-i", f"file:{source}", "-an", "-vf", drop, "-fps_mode", "vfr", *X264, f"file:{uneven}")
    made = proxy_of(ffmpeg, prober, uneven, tmp_path / "proxy", ProxyRecipe())
    track = track_of(made)
    assert made.file is not None
    assert [tick * track.time_base for tick in track.ticks.tolist()] == frame_times(made.file.path)


def test_sound_is_signed_by_its_waveform(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    source = tmp_path / "sound.flac"
    raw = tmp_path / "sound.raw"
    raw.write_bytes(music(20, seed=8).tobytes())
    run(ffmpeg, "-f", "s16le", "-ar", "44100", "-ac", "1", "-i", f"file:{raw}", f"file:{source}")
    made = proxy_of(ffmpeg, prober, source, tmp_path / "proxy", ProxyRecipe())
    track = track_of(made)
    assert track.kind is SignatureKind.SOUND and abs(len(track) - 1000) <= 3
    assert made.file is not None
    from_proxy = signed(ffmpeg, prober, made.file.path, tmp_path)
    assert aligned(track, from_proxy).share > 0.99


def test_stills_and_empty_sound_have_no_signatures(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    run(ffmpeg, "-f", "lavfi", "-i", STILL, "-frames:v", "1", f"file:{still}")
    made = proxy_of(ffmpeg, prober, still, tmp_path / "proxy", ProxyRecipe())
    assert made.signatures is None and made.files == ()


def test_proxies_are_not_made_again_for_signatures() -> None:
    """The keys of proxies are those of before there were signatures, and signatures are those of every proxy."""
    assert ProxyRecipe().fingerprint == "f22b85b116ac"
    recipes = [preset.proxy for preset in PRESETS.values()]
    assert {recipe.fingerprint_of(DerivativeKind.SIGNATURES) for recipe in recipes} == {SIGNATURES}
