"""Previews of remote files: of the packets that are decoded alone, and the same as of the whole file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dampipe.kernel.stage_io import FileParts
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.ffmpeg.sandbox import NO_SANDBOX, Sandbox, find_sandbox
from dampipe.media.info import MediaInfo
from dampipe.media.preview import parts as preview_parts
from dampipe.media.preview.maker import MadePreview, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe
from dampipe.storage.files import parts as storage_parts
from dampipe.storage.files.memory import Bucket
from tests.integration.media.conftest import keep_all
from tests.support.buckets import bucket as new_bucket
from tests.support.parts import NoWalls, parts_of

RECIPE = PreviewRecipe(frames=FramesRecipe(size=64))
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=480x272:rate=25:duration=24"]
SOUND = ["-f", "lavfi", "-i", "sine=duration=24"]
CUTS = ["-vf", "hue=h='120*floor(t/7)'"]
CLIPS = {
    "prores": [*PICTURE, *SOUND, "-c:v", "prores_ks", "-c:a", "pcm_s16le"],
    "prores-index-first": [*PICTURE, *SOUND, "-c:v", "prores_ks", "-c:a", "aac", "-movflags", "faststart"],
    "mjpeg": [*PICTURE, "-c:v", "mjpeg", "-q:v", "4"],
    "mjpeg-cuts": [*PICTURE, *CUTS, "-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p"],
    "cineform": [*PICTURE, "-c:v", "cfhd", "-pix_fmt", "yuv422p10"],
    "hap": [*PICTURE, "-c:v", "hap"],
    "png": [*PICTURE, "-t", "8", "-c:v", "png"],
    "dnxhr": [*PICTURE, "-c:v", "dnxhd", "-profile:v", "dnxhr_sq", "-pix_fmt", "yuv422p"],
    "jpeg2000": [*PICTURE, "-t", "8", "-c:v", "jpeg2000", "-pix_fmt", "yuv420p"],
    "h264-intra": [*PICTURE, "-c:v", "libx264", "-preset", "ultrafast", "-g", "1", "-pix_fmt", "yuv422p10"],
    "h264": [*PICTURE, *SOUND, "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "aac"],
    "mpeg2": [*PICTURE, "-c:v", "mpeg2video", "-g", "25", "-b:v", "4M"],
    "h264-cuts": [*PICTURE, *CUTS, "-c:v", "libx264", "-preset", "veryfast", "-g", "50"],
    "hevc": [
        *PICTURE,
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=error:keyint=50",
    ],
    "timecode": [*PICTURE, "-c:v", "prores_ks", "-timecode", "10:00:00:00"],
}


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_parts, "MIN_SIZE", 0)
    monkeypatch.setattr(storage_parts, "GAP", 4096)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with new_bucket() as made:
        yield made


@pytest.fixture(scope="module")
def sandbox(ffmpeg: Ffmpeg) -> Sandbox:
    """The one of this machine, if it allows one."""
    found = find_sandbox("auto", ffmpeg.path)
    return found if found.active else NoWalls()


@pytest.fixture
def maker(ffmpeg: Ffmpeg, sandbox: Sandbox) -> PreviewMaker:
    return PreviewMaker(replace(ffmpeg, sandbox=sandbox), RECIPE, keep_all)


def all_of(maker: PreviewMaker, clip: Path, media: MediaInfo, folder: Path) -> MadePreview:
    folder.mkdir()
    return maker.make(str(clip), media, folder)


def recorded(ffmpeg: Ffmpeg, options: list[str], path: Path) -> Path:
    ended = run_ffmpeg(ffmpeg, [*options, f"file:{path}"], Limits())
    assert ended.ok, ended.stderr
    return path


def of_parts(maker: PreviewMaker, parts: FileParts, media: MediaInfo, folder: Path) -> MadePreview | None:
    folder.mkdir()
    return maker.make_of_parts(parts, media, folder)


def content(made: MadePreview) -> tuple[object, ...]:
    files = {file.path.name: file.path.read_bytes() for file in made.files}
    return files, made.frames, made.hash_times, made.hashes, made.way, made.warnings, made.duration


@pytest.mark.parametrize("name", CLIPS)
def test_the_preview_is_that_of_the_whole_file(
    name: str, ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, bucket: Bucket, tmp_path: Path
) -> None:
    clip = recorded(ffmpeg, CLIPS[name], tmp_path / "clip.mov")
    media = prober.probe(str(clip))
    expected = all_of(maker, clip, media, tmp_path / "whole")
    with parts_of(bucket, tmp_path / "cache", clip.read_bytes()) as parts:
        made = of_parts(maker, parts, media, tmp_path / "parts")
    assert made is not None
    assert content(made) == content(expected)
    assert made.way in ("packets", "keys")
    assert parts.fetched == bucket.bytes_read < clip.stat().st_size


def test_of_intra_only_footage_two_seconds_apart_a_fiftieth_is_fetched(
    ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, bucket: Bucket, tmp_path: Path
) -> None:
    picture = ["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25:duration=2"]
    short = recorded(ffmpeg, [*picture, "-c:v", "prores_ks", "-profile:v", "3"], tmp_path / "short.mov")
    often = ["-stream_loop", "29", "-i", f"file:{short}", "-c", "copy"]
    clip = recorded(ffmpeg, often, tmp_path / "clip.mov")
    size = clip.stat().st_size
    assert size > 200_000_000
    media = prober.probe(str(clip))
    with parts_of(bucket, tmp_path / "cache", clip.read_bytes()) as parts:
        assert of_parts(maker, parts, media, tmp_path / "parts") is not None
        taken = Path(parts.path).stat().st_blocks * 512
    assert bucket.bytes_read < 0.03 * size
    assert taken < 0.05 * size, "the rest are holes"
    assert bucket.calls["open"] < 60


def test_what_has_no_index_or_no_sparse_way_is_read_whole(
    ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, bucket: Bucket, tmp_path: Path
) -> None:
    h264 = ["-c:v", "libx264", "-preset", "ultrafast"]
    clips = {
        "mkv": ([*PICTURE, "-c:v", "mjpeg"], "clip.mkv"),
        "ts": ([*PICTURE, *h264, "-g", "25"], "clip.ts"),
        "uncompressed": ([*PICTURE, "-t", "4", "-c:v", "v210"], "clip.mov"),
        "many keys": ([*PICTURE, *h264, "-g", "1"], "clip.mp4"),
        "few keys": ([*PICTURE, *h264, "-g", "1000"], "clip.mp4"),
        "sound": ([*SOUND, "-c:a", "pcm_s16le"], "sound.mov"),
    }
    for name, (options, file) in clips.items():
        clip = recorded(ffmpeg, options, tmp_path / file)
        media = prober.probe(str(clip))
        with parts_of(bucket, tmp_path / "cache", clip.read_bytes()) as parts:
            assert of_parts(maker, parts, media, tmp_path / name) is None, name
        assert parts.fetched < 0.1 * clip.stat().st_size, name


def test_fragments_cut_files_and_wrong_facts_are_left_to_the_whole_file(
    ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, bucket: Bucket, tmp_path: Path
) -> None:
    clip = recorded(ffmpeg, CLIPS["mjpeg"], tmp_path / "clip.mov")
    media = prober.probe(str(clip))
    assert media.duration is not None
    assert media.video is not None
    data = clip.read_bytes()
    longer = media.model_copy(update={"duration": 3 * media.duration})
    with parts_of(bucket, tmp_path / "cache", data) as parts:
        assert of_parts(maker, parts, longer, tmp_path / "longer") is None
    other_stream = media.model_copy(update={"video": media.video.model_copy(update={"index": 7})})
    with parts_of(bucket, tmp_path / "cache", data) as parts:
        assert of_parts(maker, parts, other_stream, tmp_path / "other") is None
    with parts_of(bucket, tmp_path / "cache", data[: len(data) // 2]) as parts:
        assert of_parts(maker, parts, media, tmp_path / "cut") is None
    first = recorded(ffmpeg, [*CLIPS["mjpeg"], "-movflags", "faststart"], tmp_path / "first.mov").read_bytes()
    with parts_of(bucket, tmp_path / "cache", first[: len(first) // 2]) as parts:
        assert of_parts(maker, parts, media, tmp_path / "cut-first") is None
    with parts_of(bucket, tmp_path / "cache", bytes(len(data))) as parts:
        assert of_parts(maker, parts, media, tmp_path / "zeros") is None
    fragments = [*CLIPS["h264"], "-movflags", "frag_keyframe+empty_moov"]
    clip = recorded(ffmpeg, fragments, tmp_path / "fragments.mp4")
    with parts_of(bucket, tmp_path / "cache", clip.read_bytes()) as parts:
        made = of_parts(maker, parts, prober.probe(str(clip)), tmp_path / "fragments")
    expected = all_of(maker, clip, prober.probe(str(clip)), tmp_path / "whole")
    assert made is None or content(made) == content(expected)


def test_without_a_sandbox_no_byte_is_fetched(
    ffmpeg: Ffmpeg, prober: Prober, bucket: Bucket, tmp_path: Path
) -> None:
    clip = recorded(ffmpeg, CLIPS["mjpeg"], tmp_path / "clip.mov")
    maker = PreviewMaker(replace(ffmpeg, sandbox=NO_SANDBOX), RECIPE, keep_all)
    with parts_of(bucket, tmp_path / "cache", clip.read_bytes()) as parts:
        assert of_parts(maker, parts, prober.probe(str(clip)), tmp_path / "parts") is None
    assert bucket.bytes_read == 0
