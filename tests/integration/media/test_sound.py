"""Sound of every number of channels, length and sample rate: each channel is heard in the proxy."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.kernel.errors import BadMedia
from dampipe.media import errors
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe

SLOT = 0.2
"""Seconds for which each channel has a tone, one after the other."""
AUDIBLE = 0.05


@pytest.fixture
def maker(ffmpeg: Ffmpeg) -> ProxyMaker:
    return ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")])


@pytest.fixture
def previews(ffmpeg: Ffmpeg, choose: FrameSelector) -> PreviewMaker:
    return PreviewMaker(ffmpeg, PreviewRecipe(), choose)


def tones(channels: int, rate: int = 48000, amplitude: float = 0.9) -> NDArray[np.float64]:
    """Samples, shape (samples, channels): a tone in each channel, one after the other."""
    count = int(rate * SLOT)
    samples = np.zeros((channels * count, channels))
    for n in range(channels):
        samples[n * count : (n + 1) * count, n] = amplitude * np.sin(
            2 * np.pi * 1000 * np.arange(count) / rate
        )
    return samples


def write_wav(path: Path, samples: NDArray[np.float64], rate: int = 48000) -> Path:
    """A WAV file without channel mask, as field recorders write it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def loudness(made: MadeProxy, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Peaks of the proxy's sound, shape (2, count), and of the waveform, shape (count,), in each slot."""
    assert made.file is not None and made.waveform is not None
    with av.open(str(made.file.path)) as container:
        stream = container.streams.audio[0]
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
        slot = int(stream.codec_context.sample_rate * SLOT)
    drawn = np.frombuffer(made.waveform.path.read_bytes()[24:], np.int8).reshape(-1, 2).max(axis=1) / 128
    inner = [sound[:, n * slot + 1500 : (n + 1) * slot - 2000] for n in range(count)]
    peaks = np.array([np.abs(part).max(axis=1) for part in inner]).T
    return peaks, np.array([drawn[4 * n + 1 : 4 * n + 3].max() for n in range(count)])


@pytest.mark.parametrize("channels", [*range(1, 14), 16, 20, 24, 32, 60])
def test_every_channel_of_a_field_recorder_is_heard(
    channels: int, prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path
) -> None:
    path = write_wav(tmp_path / "poly.wav", tones(channels))
    media = prober.probe(str(path))
    assert (media.kind, media.audio[0].channels) == ("audio", channels)
    assert [file.kind.value for file in previews.make(str(path), media, tmp_path).files] == ["poster"]
    made = maker.make(str(path), media, tmp_path)
    assert made.warnings == ()
    peaks, drawn = loudness(made, channels)
    assert peaks.max(axis=0).min() > AUDIBLE
    assert drawn.min() > AUDIBLE
    if channels > 2:
        assert np.ptp(peaks) < 0.03, "no channel is louder than the others"


@pytest.mark.parametrize("channels", [6, 16, 60])
def test_loud_channels_together_do_not_clip(
    channels: int, prober: Prober, maker: ProxyMaker, tmp_path: Path
) -> None:
    together = np.repeat(0.9 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000)[:, None], channels, 1)
    path = write_wav(tmp_path / "loud.wav", together)
    peaks, drawn = loudness(maker.make(str(path), prober.probe(str(path)), tmp_path), 4)
    assert peaks.min() > 0.7 and peaks.max() < 1.1  # what AAC adds is above the limit
    assert drawn.max() < 0.99


LAYOUTS = {"5.1.4": 10, "7.1.4": 12, "9.1.6": 16, "22.2": 24, "cube": 8, "hexadecagonal": 16, "FL+FR+TC": 3}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("container", ["wav", "mka"])
def test_every_channel_of_rare_layouts_is_heard(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path, layout: str, container: str
) -> None:
    channels = LAYOUTS[layout]
    raw, path = tmp_path / "tones.f32", tmp_path / f"tones.{container}"
    raw.write_bytes(tones(channels).astype("<f4").tobytes())
    source = ["-f", "f32le", "-ar", "48000", "-ch_layout", layout, "-i", f"file:{raw}"]
    codec = "wavpack" if container == "mka" else "pcm_s16le"
    result = run_ffmpeg(ffmpeg, [*source, "-c:a", codec, f"file:{path}"], Limits())
    assert result.ok, result.stderr
    made = maker.make(str(path), prober.probe(str(path)), tmp_path)
    assert made.warnings == ()
    peaks, drawn = loudness(made, channels)
    assert peaks.max(axis=0).min() > AUDIBLE
    assert drawn.min() > AUDIBLE


@pytest.mark.parametrize("codec", ["h264", "prores"])
@pytest.mark.parametrize("channels", [9, 20])
def test_a_camera_with_an_odd_number_of_channels(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path, channels: int, codec: str
) -> None:
    sound, path = write_wav(tmp_path / "s.wav", tones(channels)), tmp_path / "camera.mov"
    picture = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={channels * SLOT}"]
    options = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "copy"]
    assert run_ffmpeg(ffmpeg, [*picture, "-i", f"file:{sound}", *options, f"file:{path}"], Limits()).ok
    media = prober.probe(str(path))
    recipe = ProxyRecipe(codec="prores") if codec == "prores" else ProxyRecipe()
    made = ProxyMaker(ffmpeg, recipe, [Acceleration(SOFTWARE, True, "for the test")]).make(
        str(path), media, tmp_path
    )
    assert made.warnings == ()
    assert made.file is not None
    proxy = prober.probe(str(made.file.path))
    assert proxy.audio[0].channels == (channels if codec == "prores" else 2)
    if codec == "h264":
        peaks, drawn = loudness(made, channels)
        assert min(peaks.max(axis=0).min(), drawn.min()) > AUDIBLE


@pytest.mark.parametrize(("tracks", "suffix"), [(2, "mov"), (3, "mov"), (4, "mxf"), (16, "mxf")])
def test_every_mono_track_is_heard(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, tmp_path: Path, tracks: int, suffix: str
) -> None:
    path = tmp_path / f"camera.{suffix}"
    arguments = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={tracks * SLOT}"]
    for n, samples in enumerate(tones(tracks).T):
        track = write_wav(tmp_path / f"{n}.wav", samples[:, None])
        arguments += ["-i", f"file:{track}"]
    arguments += [word for n in range(tracks + 1) for word in ("-map", str(n))]
    options = ["-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "pcm_s16le"]
    assert run_ffmpeg(ffmpeg, [*arguments, *options, f"file:{path}"], Limits()).ok
    media = prober.probe(str(path))
    assert [track.channels for track in media.audio] == [1] * tracks
    made = maker.make(str(path), media, tmp_path)
    assert made.warnings == ()
    peaks, drawn = loudness(made, tracks)
    assert peaks[0, 0] > 0.5 > 0.02 > peaks[1, 0], "the first is heard left"
    assert peaks[1, 1] > 0.5 > 0.02 > peaks[0, 1], "the second is heard right"
    assert peaks.max(axis=0).min() > 0.3
    assert np.ptp(peaks[:, 2:], axis=0).max(initial=0) < 0.03, "the others are heard in the middle"
    assert drawn.min() > AUDIBLE


@pytest.mark.parametrize("samples", [1, 2, 48, 480, 1000, 4800, 7583, 7680])
@pytest.mark.parametrize("channels", [1, 4])
def test_short_sound(
    prober: Prober,
    maker: ProxyMaker,
    previews: PreviewMaker,
    tmp_path: Path,
    samples: int,
    channels: int,
) -> None:
    path = write_wav(tmp_path / "click.wav", np.full((samples, channels), 0.5))
    media = prober.probe(str(path))
    preview = previews.make(str(path), media, tmp_path)
    assert (preview.warnings, [file.kind.value for file in preview.files]) == ((), ["poster"])
    made = maker.make(str(path), media, tmp_path)
    assert made.warnings == ()
    assert made.duration == pytest.approx(samples / 48000, abs=0.001)
    assert made.waveform is not None


@pytest.mark.parametrize("codec", ["libmp3lame", "aac", "flac", "libvorbis", "libopus"])
def test_short_sound_of_every_codec(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path, codec: str
) -> None:
    suffix = {"libmp3lame": "mp3", "aac": "m4a", "flac": "flac"}.get(codec, "ogg")
    path = tmp_path / f"click.{suffix}"
    source = ["-f", "lavfi", "-i", "sine=1000:duration=0.01:sample_rate=48000"]
    assert run_ffmpeg(ffmpeg, [*source, "-c:a", codec, f"file:{path}"], Limits()).ok
    media = prober.probe(str(path))
    assert len(previews.make(str(path), media, tmp_path).files) == 1
    assert maker.make(str(path), media, tmp_path).file is not None


def test_an_empty_track_is_named(
    prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path
) -> None:
    path = write_wav(tmp_path / "empty.wav", np.zeros((0, 2)))
    media = prober.probe(str(path))
    for make in (previews.make, maker.make):
        with pytest.raises(BadMedia) as caught:
            make(str(path), media, tmp_path)
        assert caught.value.code == errors.EMPTY_TRACKS.code


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 88200, 96000, 192000, 352800, 384000, 768000])
def test_every_sample_rate(
    prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path, rate: int
) -> None:
    path = write_wav(tmp_path / "tones.wav", tones(2, rate), rate)
    media = prober.probe(str(path))
    assert media.audio[0].sample_rate == rate
    assert len(previews.make(str(path), media, tmp_path).files) == 1
    made = maker.make(str(path), media, tmp_path)
    assert made.warnings == ()
    assert made.duration == pytest.approx(2 * SLOT, abs=0.001)
    peaks, _ = loudness(made, 2)
    assert peaks.max(axis=0).min() > 0.3


def test_every_channel_of_iamf_is_heard(
    ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker, previews: PreviewMaker, tmp_path: Path
) -> None:
    """Its streams are two stereo pairs, a centre and a subwoofer: one track of six channels."""
    raw, path = tmp_path / "tones.f32", tmp_path / "immersive.mp4"
    raw.write_bytes(tones(6).astype("<f4").tobytes())
    parts = {"front": "0|1:stereo", "back": "4|5:stereo", "centre": "2:mono", "low": "3:mono"}
    graph = "[0:a]asplit=4" + "".join(f"[{name}_in]" for name in parts) + ";"
    graph += ";".join(f"[{name}_in]channelmap={channels}[{name}]" for name, channels in parts.items())
    arguments = ["-f", "f32le", "-ar", "48000", "-ch_layout", "5.1(side)", "-i", f"file:{raw}"]
    arguments += ["-filter_complex", graph, *(word for name in parts for word in ("-map", f"[{name}]"))]
    element = "type=iamf_audio_element:id=1:st=0:st=1:st=2:st=3:audio_element_type=channel"
    mix = "type=iamf_mix_presentation:id=2:stg=0:annotations=en-us=Mix,submix=parameter_id=100"
    mix += ":parameter_rate=48000|element=stg=0:parameter_id=100:annotations=en-us=All"
    mix += "|layout=sound_system=stereo:integrated_loudness=0"
    arguments += ["-stream_group", f"{element},layer=ch_layout=5.1(side)", "-stream_group", mix]
    arguments += [word for n in range(4) for word in ("-streamid", f"{n}:{n}")]
    result = run_ffmpeg(ffmpeg, [*arguments, "-c:a", "libopus", f"file:{path}"], Limits())
    assert result.ok, result.stderr
    media = prober.probe(str(path))
    [track] = media.audio
    assert (track.channels, track.parts) == (6, (1, 2, 3))
    assert len(previews.make(str(path), media, tmp_path).files) == 1
    made = maker.make(str(path), media, tmp_path)
    assert made.warnings == ()
    peaks, drawn = loudness(made, 6)
    assert peaks.max(axis=0).min() > AUDIBLE
    assert drawn.min() > 0.03
    assert peaks[0, 0] > 2 * peaks[1, 0] and peaks[1, 1] > 2 * peaks[0, 1]
