"""Parts of files, copied without decoding: the right frames, time code and sound, and few bytes of remote files."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from dampipe.kernel.errors import InvalidInput
from dampipe.media.excerpt import cutter as cutting
from dampipe.media.excerpt.cutter import Cutter
from dampipe.media.excerpt.span import Excerpt, WantedSpan
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.sandbox import find_sandbox
from dampipe.media.frame_clock import FrameClock
from dampipe.media.info import MediaInfo
from dampipe.media.probe.prober import Prober
from dampipe.storage.files import parts as storage_parts
from tests.support.buckets import bucket
from tests.support.numbered import numbered, numbers_of
from tests.support.parts import NoWalls, parts_of

PCM = ("-c:a", "pcm_s16le")
INTRA = {
    "prores.mov": ("24000/1001", ("-c:v", "prores", *PCM, "-timecode", "10:00:00:00")),
    "mjpeg.mov": ("30000/1001", ("-c:v", "mjpeg", "-q:v", "3", *PCM, "-timecode", "00:59:58;00")),
    "intra.mp4": ("25", ("-c:v", "libx264", "-g", "1", "-c:a", "aac", "-timecode", "23:59:58:00")),
    "late.mov": ("25", ("-c:v", "mjpeg", "-q:v", "3", *PCM, "-output_ts_offset", "3.3")),
    "intra.mkv": ("24000/1001", ("-c:v", "mjpeg", "-q:v", "3", *PCM)),
    "intra.avi": ("25", ("-c:v", "mjpeg", "-q:v", "3", *PCM)),
    "dnxhr.mxf": (
        "25",
        ("-vf", "scale=1920:1080:flags=neighbor", "-pix_fmt", "yuv422p", "-c:v", "dnxhd", "-profile:v",
         "dnxhr_lb", "-timecode", "01:00:00:00", *PCM),
    ),
}  # fmt: skip
LONG = {
    "closed.mp4": ("-c:v", "libx264", "-g", "25", "-bf", "2", "-c:a", "aac", "-timecode", "01:00:00:00"),
    "open.mov": ("-c:v", "libx264", "-x264opts", "keyint=25:open-gop=1:bframes=3", "-c:a", "aac"),
    "closed.mkv": ("-c:v", "libx264", "-g", "25", "-bf", "2", "-c:a", "aac"),
    "closed.ts": ("-c:v", "libx264", "-g", "25", "-bf", "2", "-c:a", "aac"),
    "mpeg2.mxf": ("-c:v", "mpeg2video", "-g", "12", "-bf", "2", *PCM, "-timecode", "01:00:00:00"),
}


@pytest.fixture(scope="module")
def prober(ffmpeg: Ffmpeg) -> Iterator[Prober]:
    with closing(Prober(ffmpeg=ffmpeg.path)) as made:
        yield made


@pytest.fixture
def cutter(ffmpeg: Ffmpeg) -> Cutter:
    found = find_sandbox("auto", ffmpeg.path)
    return Cutter(replace(ffmpeg, sandbox=found if found.active else NoWalls()))


def part(media: MediaInfo, name: str, first: int, behind: int) -> WantedSpan:
    clock = FrameClock.of_media(media)
    assert clock is not None
    end = clock.end if behind >= clock.times.count else clock.time(behind)
    return WantedSpan(media, clock, name, clock.time(first).seconds, end.seconds)


def folder(tmp_path: Path, name: str) -> Path:
    made = tmp_path / "made" / name
    made.mkdir(parents=True)
    return made


@pytest.mark.parametrize("name", INTRA)
def test_intra_only_footage_is_cut_to_the_frame(
    name: str, ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path
) -> None:
    rate, options = INTRA[name]
    clip = numbered(ffmpeg, tmp_path / name, *options, count=90, rate=rate)
    media = prober.probe(str(clip))
    for first, behind in ((0, 1), (61, 62), (41, 70), (80, 90)):
        wanted = part(media, name, first, behind)
        made = cutter.cut(str(clip), wanted, folder(tmp_path, f"{first}-{behind}"))
        assert numbers_of(ffmpeg, made.path) == list(range(first, behind)), (first, behind)
        assert made.frames == behind - first
        again = prober.probe(str(made.path))
        assert (again.container, len(again.audio)) == (media.container, len(media.audio))
        assert again.duration == pytest.approx((behind - first) / Fraction(rate), abs=0.1)
        assert wanted.clock is not None
        assert again.timecode == made.timecode == str(wanted.clock.timecode(wanted.clock.time(first)))


@pytest.mark.parametrize("name", LONG)
def test_other_footage_begins_with_a_key_frame_and_has_all_that_was_asked_for(
    name: str, ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path
) -> None:
    clip = numbered(ffmpeg, tmp_path / name, *LONG[name], count=150)
    media = prober.probe(str(clip))
    for first, behind in ((0, 10), (60, 90), (75, 76), (140, 150)):
        wanted = part(media, name, first, behind)
        made = cutter.cut(str(clip), wanted, folder(tmp_path, f"{first}-{behind}"))
        numbers = numbers_of(ffmpeg, made.path)
        assert wanted.clock is not None
        begins = wanted.clock.times.nearest(made.start)
        assert numbers[0] == begins <= first, "it says with which frame it begins"
        assert set(range(begins, behind)) <= set(numbers), "all that was asked for is there"
        assert first - begins <= 50 and max(numbers) <= behind + 9
        again = prober.probe(str(made.path))
        assert len(again.audio) == len(media.audio)
        if media.timecode is not None:
            assert again.timecode == made.timecode == str(wanted.clock.timecode(wanted.clock.time(begins)))


def of_parts(
    cutter: Cutter, clip: Path, wanted: WantedSpan, tmp_path: Path, name: str
) -> tuple[Excerpt | None, int]:
    with bucket() as remote, parts_of(remote, tmp_path / "cache" / name, clip.read_bytes()) as parts:
        return cutter.cut_parts(parts, wanted, folder(tmp_path, name)), parts.fetched


@pytest.mark.parametrize("name", ["prores.mov", "intra.mp4", "late.mov", "closed.mp4", "late index"])
def test_parts_give_the_same_as_the_whole_file_and_take_no_more_than_the_part(
    name: str, ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_parts, "BLOCK", 4 << 10)
    monkeypatch.setattr(storage_parts, "GAP", 1 << 10)
    rate, options = INTRA.get(name, ("25", LONG.get(name, INTRA["mjpeg.mov"][1])))
    faststart = () if name == "late index" else ("-movflags", "+faststart")
    clip = numbered(
        ffmpeg,
        tmp_path / f"clip{Path(name).suffix or '.mov'}",
        *options,
        *faststart,
        count=150,
        rate=rate,
        noise=20,
    )
    media, size = prober.probe(str(clip)), clip.stat().st_size
    for first, behind in ((0, 8), (101, 111), (142, 150)):
        wanted = part(media, clip.name, first, behind)
        whole = cutter.cut(str(clip), wanted, folder(tmp_path, f"whole-{first}"))
        made, fetched = of_parts(cutter, clip, wanted, tmp_path, f"parts-{first}")
        assert made is not None
        assert made.path.read_bytes() == whole.path.read_bytes()
        # The index, the first packets, and a second of sound on either side.
        assert fetched <= made.size + 0.05 * size + 400_000, (first, fetched, made.size, size)
        assert fetched < size / 2


def test_what_has_no_index_of_all_packets_is_left_to_the_whole_file(
    ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path
) -> None:
    clip = numbered(ffmpeg, tmp_path / "film.mkv", *INTRA["intra.mkv"][1], count=90)
    wanted = part(prober.probe(str(clip)), clip.name, 60, 70)
    assert of_parts(cutter, clip, wanted, tmp_path, clip.name) == (None, 0)


def test_a_file_in_fragments(ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path) -> None:
    fragments = ("-movflags", "frag_keyframe+empty_moov", "-frag_duration", "500000")
    clip = numbered(ffmpeg, tmp_path / "film.mov", *INTRA["prores.mov"][1], *fragments, count=90)
    wanted = part(prober.probe(str(clip)), clip.name, 60, 70)
    whole = cutter.cut(str(clip), wanted, folder(tmp_path, "whole"))
    assert numbers_of(ffmpeg, whole.path) == list(range(60, 70))
    made, _ = of_parts(cutter, clip, wanted, tmp_path, "parts")
    assert made is None or numbers_of(ffmpeg, made.path) == list(range(60, 70))


def test_without_a_sandbox_nothing_is_read_in_parts(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    rate, options = INTRA["prores.mov"]
    clip = numbered(ffmpeg, tmp_path / "film.mov", *options, count=30, rate=rate)
    wanted = part(prober.probe(str(clip)), clip.name, 10, 20)
    assert of_parts(Cutter(ffmpeg), clip, wanted, tmp_path, "none") == (None, 0)


def test_packets_that_were_not_fetched_are_never_in_an_excerpt(
    ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate, options = INTRA["prores.mov"]
    clip = numbered(ffmpeg, tmp_path / "film.mov", *options, count=90, rate=rate)
    wanted = part(prober.probe(str(clip)), clip.name, 60, 70)
    right = cutting._input

    def elsewhere(path: str, span: WantedSpan, seek: Fraction, more: tuple[str, ...]) -> tuple[str, ...]:
        """As if a demuxer sought to another frame when it copies than when it was asked."""
        return right(path, span, seek if "-copyts" in more else seek - 1, more)

    monkeypatch.setattr(cutting, "_input", elsewhere)
    assert of_parts(cutter, clip, wanted, tmp_path, "elsewhere")[0] is None


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a"])
def test_sound(suffix: str, ffmpeg: Ffmpeg, prober: Prober, cutter: Cutter, tmp_path: Path) -> None:
    from tests.support.timed_clips import run

    clip = tmp_path / f"take{suffix}"
    bext = ("-write_bext", "1", "-metadata", f"time_reference={3600 * 48000}") if suffix == ".wav" else ()
    run(ffmpeg, "-f", "lavfi", "-i", "sine=duration=20:sample_rate=48000", *bext, f"file:{clip}")
    media = prober.probe(str(clip))
    made = cutter.cut(
        str(clip), WantedSpan(media, None, clip.name, Fraction(5), Fraction(7)), folder(tmp_path, "sound")
    )
    again = prober.probe(str(made.path))
    assert again.duration == pytest.approx(2, abs=0.1)
    assert float(made.start) == pytest.approx(5, abs=0.1)
    assert (made.frames, made.timecode) == (None, None)
    if suffix == ".wav":
        assert again.start_of_day == pytest.approx(3600 + float(made.start), abs=1e-6)


def test_a_still_has_no_part(prober: Prober, matrix: dict[str, Path], cutter: Cutter, tmp_path: Path) -> None:
    media = prober.probe(str(matrix["still.png"]))
    with pytest.raises(InvalidInput, match="still"):
        cutter.cut("still.png", WantedSpan(media, None, "still.png", Fraction(0), Fraction(1)), tmp_path)
