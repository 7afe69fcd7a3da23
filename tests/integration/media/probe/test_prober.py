"""The probe: what it finds out, what it refuses, and how it survives the files that kill it."""

import io
import os
import shutil
import signal
import time
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from dampipe.kernel.errors import BadMedia, StageError, Transient
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.info import MediaKind
from dampipe.media.probe.prober import Prober
from dampipe.media.stills.pillow_reader import TRUNCATED

FIELDS = {
    "h264.mp4": ("h264", 8, False, 1.0),
    "hevc10.mp4": ("hevc", 10, False, 1.0),
    "vp9.webm": ("vp9", 8, False, 1.0),
    "av1.mp4": ("av1", 8, False, 1.0),
    "prores.mov": ("prores", 10, True, 0.04),
    "dnxhr.mov": ("dnxhd", 8, True, 0.04),
    "mjpeg.avi": ("mjpeg", 8, True, 0.04),
    "long-gop.mp4": ("h264", 8, False, 1.96),
    "one-frame.mp4": ("h264", 8, False, None),
}


@pytest.mark.parametrize("name", FIELDS)
def test_pictures(name: str, matrix: dict[str, Path], prober: Prober) -> None:
    if name not in matrix:
        pytest.skip("this ffmpeg cannot encode it")
    codec, depth, intra, apart = FIELDS[name]
    media = prober.probe(str(matrix[name]))
    video = media.video
    assert media.kind is MediaKind.VIDEO
    assert video is not None
    assert (video.codec, video.bit_depth, video.intra_only) == (codec, depth, intra)
    assert video.rate == Fraction(25)
    assert video.keyframe_interval == pytest.approx(apart)
    assert media.duration == pytest.approx(0.04 if name.startswith("one") else 2.0, abs=0.05)
    assert media.warnings == ()


def test_motion_jpeg_with_exif_in_its_frames(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    """As photo cameras record it. libav hands the EXIF over as side data of a kind that PyAV does not know."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    Image.effect_noise((64, 48), 50).convert("RGB").save(out, "JPEG", exif=exif)
    (tmp_path / "frames.mjpg").write_bytes(out.getvalue() * 10)
    path = tmp_path / "a.avi"
    words = ["-f", "mjpeg", "-i", f"file:{tmp_path / 'frames.mjpg'}", "-c", "copy", f"file:{path}"]
    assert run_ffmpeg(ffmpeg, words, Limits()).ok
    for file in (path, tmp_path / "frames.mjpg"):
        media = prober.probe(str(file))
        assert media.video is not None
        assert (media.kind, media.video.codec, media.warnings) == (MediaKind.VIDEO, "mjpeg", ())
        assert media.duration == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize("seconds", [1, 30])
def test_colours_of_a_stream_without_a_container(
    seconds: int, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    """It is read forwards only, and short ones are over when their rate has been found."""
    path = tmp_path / "a.hevc"
    tags = "setparams=colorspace=bt2020nc:color_trc=arib-std-b67:color_primaries=bt2020,format=yuv420p10le"
    words = [
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=size=64x48:rate=25:duration={seconds}",
        "-vf",
        tags,
        "-c:v",
        "libx265",
    ]
    words += ["-preset", "ultrafast", "-x265-params", "log-level=none", f"file:{path}"]
    assert run_ffmpeg(ffmpeg, words, Limits(seconds=60)).ok
    media = prober.probe(str(path))
    assert media.video is not None
    assert (media.video.hdr, media.video.color_primaries, media.video.rate) == (True, "bt2020", 25)
    assert (media.warnings, media.duration) == ((), pytest.approx(seconds))


@pytest.mark.parametrize("first", ["picture", "sound"])
def test_streams_that_appear_while_the_file_is_read(
    first: str, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    """FLV has no table of streams: one that starts late, here after 20 s, is not there when the file is opened."""
    late = ["-itsoffset", "20", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=4"]
    sound = ["-f", "lavfi", "-i", "sine=duration=24:sample_rate=44100"]
    if first == "picture":
        late = ["-itsoffset", "20", "-f", "lavfi", "-i", "sine=duration=4:sample_rate=44100"]
        sound = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=24"]
    path = tmp_path / "a.flv"
    words = ["-c:v", "flv", "-q:v", "2", "-c:a", "pcm_s16le", f"file:{path}"]
    assert run_ffmpeg(ffmpeg, [*late, *sound, *words], Limits(seconds=60)).ok
    media = prober.probe(str(path))
    assert media.duration == pytest.approx(24, abs=0.1)


def test_turned_anamorphic_interlaced_hdr(matrix: dict[str, Path], prober: Prober) -> None:
    turned = prober.probe(str(matrix["rotated.mov"])).video
    wide = prober.probe(str(matrix["anamorphic.mp4"])).video
    woven = prober.probe(str(matrix["interlaced.mpg"])).video
    hlg = prober.probe(str(matrix["hlg.mp4"])).video
    assert turned is not None and wide is not None and woven is not None and hlg is not None
    assert (turned.rotation, turned.display_size) == (90, (180, 320))
    assert (wide.sample_aspect, wide.display_size) == (Fraction(2), (640, 180))
    assert woven.interlaced and not wide.interlaced
    assert hlg.hdr and hlg.color_primaries == "bt2020"


@pytest.mark.parametrize("name", ["audio-only.m4a", "audio-only.wav"])
def test_sound_alone(name: str, matrix: dict[str, Path], prober: Prober) -> None:
    media = prober.probe(str(matrix[name]))
    assert (media.kind, media.video) == (MediaKind.AUDIO, None)
    assert media.audio[0].sample_rate == 48000


def test_cover_art_is_no_video(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], prober: Prober, tmp_path: Path
) -> None:
    song = tmp_path / "song.m4a"
    inputs = ["-i", f"file:{matrix['audio-only.m4a']}", "-i", f"file:{matrix['still.jpg']}"]
    options = ["-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v:0", "attached_pic"]
    assert run_ffmpeg(ffmpeg, [*inputs, *options, f"file:{song}"], Limits()).ok
    media = prober.probe(str(song))
    assert (media.kind, media.video) == (MediaKind.AUDIO, None)


@pytest.mark.parametrize("name", ["still.png", "still.jpg", "still.webp", "still.tiff", "still.bmp"])
def test_stills(name: str, matrix: dict[str, Path], prober: Prober) -> None:
    media = prober.probe(str(matrix[name]))
    assert (media.kind, media.duration) == (MediaKind.STILL, None)
    assert media.video is not None
    assert media.video.display_size == (320, 180)


def test_exif(tmp_path: Path, prober: Prober) -> None:
    path = tmp_path / "p.jpg"
    exif = Image.Exif()
    exif[271], exif[272], exif[274] = "Canon", "Canon EOS R5", 6
    exif.get_ifd(0x8769).update({36867: "2024:05:06 07:08:09", 36881: "+02:00"})
    Image.new("RGB", (64, 32)).save(path, exif=exif)
    media = prober.probe(str(path))
    assert media.camera == "Canon EOS R5"
    assert media.created_at is not None
    assert media.created_at.isoformat() == "2024-05-06T07:08:09+02:00"
    assert media.video is not None
    assert media.video.display_size == (32, 64)


def test_a_gif_that_moves_is_video_and_one_that_does_not_is_a_still(
    matrix: dict[str, Path], prober: Prober, tmp_path: Path
) -> None:
    assert prober.probe(str(matrix["moving.gif"])).kind is MediaKind.VIDEO
    Image.new("P", (20, 20)).save(tmp_path / "one.gif")
    assert prober.probe(str(tmp_path / "one.gif")).kind is MediaKind.STILL


def test_a_duration_missing_from_the_header_is_measured(
    ffmpeg: Ffmpeg, matrix: dict[str, Path], prober: Prober, tmp_path: Path
) -> None:
    live = tmp_path / "live.webm"
    options = ["-i", f"file:{matrix['vp9.webm']}", "-c", "copy", "-f", "webm", "-live", "1", "pipe:1"]
    with live.open("wb") as stream:
        assert run_ffmpeg(ffmpeg, options, Limits(), on_output=lambda data: void(stream.write(data))).ok
    media = prober.probe(str(live))
    assert media.duration == pytest.approx(2.0, abs=0.1)
    assert any("measured" in warning for warning in media.warnings)


def void(_: object) -> None:
    """Takes a value and gives none."""


def odd(matrix: dict[str, Path], tmp_path: Path, name: bytes) -> str:
    target = tmp_path / os.fsdecode(name)
    shutil.copyfile(matrix["h264.mp4"], target)
    return str(target)


ODD_NAMES = [
    b"with space.mp4",
    b"-i.mp4",
    b'it\'s "q".mp4',
    b"p%03d.mp4",
    "🎬.mp4".encode(),
    b"caf\xe9.mp4",
    b"a:b.mp4",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(name: bytes, matrix: dict[str, Path], prober: Prober, tmp_path: Path) -> None:
    assert prober.probe(odd(matrix, tmp_path, name)).kind is MediaKind.VIDEO


def refused(prober: Prober, path: Path) -> StageError:
    with pytest.raises(StageError) as caught:
        prober.probe(str(path))
    return caught.value


def test_files_that_are_not_media(prober: Prober, matrix: dict[str, Path], tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a film\n" * 100)
    noise = tmp_path / "noise.mkv"
    noise.write_bytes(bytes(range(256)) * 100)
    half = tmp_path / "half.mp4"
    half.write_bytes(matrix["h264.mp4"].read_bytes()[:20_000])
    empty = tmp_path / "empty.mov"
    empty.touch()
    for path in (text, noise, half, empty):
        error = refused(prober, path)
        assert isinstance(error, BadMedia), path
    assert "incomplete" in str(refused(prober, half))
    assert "not a media file" in str(refused(prober, text))
    assert isinstance(refused(prober, tmp_path / "gone.mp4"), Transient)


def test_a_pipe_does_not_block(prober: Prober, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not a regular file" in str(refused(prober, tmp_path / "pipe.mp4"))


def test_a_still_that_would_fill_the_memory(prober: Prober, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.bmp"
    Image.new("1", (8, 8)).save(bomb)
    content = bytearray(bomb.read_bytes())
    content[18:26] = (60_000).to_bytes(4, "little") * 2
    bomb.write_bytes(content)
    error = refused(prober, bomb)
    assert (error.code, error.parameters["width"], error.parameters["limit"]) == (
        "media.still_too_large",
        60_000,
        268,
    )
    assert str(error) == "the picture is too large: 60000×60000, at most 268 megapixels"


def test_a_damaged_still(prober: Prober, matrix: dict[str, Path], tmp_path: Path) -> None:
    content = matrix["still.png"].read_bytes()
    half, head = tmp_path / "half.png", tmp_path / "head.png"
    half.write_bytes(content[:2000])
    assert prober.probe(str(half)).warnings == ()  # the header is intact; nothing is decoded yet
    assert prober.develop(str(half), 720).warnings == (TRUNCATED,)
    head.write_bytes(content[:30])
    assert isinstance(refused(prober, head), BadMedia)


def test_playlists_do_not_open_other_files(prober: Prober, matrix: dict[str, Path], tmp_path: Path) -> None:
    victim = matrix["mpeg2.ts"]
    crafted = {
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\nfile:{victim}\n#EXT-X-ENDLIST\n",
        "concat.mp4": f"ffconcat version 1.0\nfile '{victim}'\n",
        "sdp.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    }
    for name, content in crafted.items():
        path = tmp_path / name
        path.write_text(content)
        assert isinstance(refused(prober, path), BadMedia), name


def test_a_source_that_does_not_answer_times_out_and_the_next_file_works(
    matrix: dict[str, Path],
) -> None:
    prober = Prober()
    try:
        prober.probe(str(matrix["h264.mp4"]))
        assert prober._helper is not None
        os.kill(prober._helper.pid, signal.SIGSTOP)
        usual, prober.time_limit = prober.time_limit, 1.0
        started = time.monotonic()
        assert isinstance(refused(prober, matrix["h264.mp4"]), Transient)
        assert time.monotonic() - started < usual, "given up when it should"
        prober.time_limit = usual
        assert prober.probe(str(matrix["h264.mp4"])).duration == pytest.approx(2.0)
    finally:
        prober.close()


def test_a_helper_that_was_killed_is_replaced(matrix: dict[str, Path]) -> None:
    prober = Prober(renew_after=3)
    try:
        prober.probe(str(matrix["h264.mp4"]))
        helper = prober._helper
        assert helper is not None
        os.kill(helper.pid, signal.SIGKILL)
        helper.wait()
        for _ in range(5):
            prober.probe(str(matrix["h264.mp4"]))
        assert prober._helper is not None
        assert prober._helper.pid != helper.pid
    finally:
        prober.close()


def test_a_forked_child_starts_its_own_helper(matrix: dict[str, Path], prober: Prober) -> None:
    path = str(matrix["h264.mp4"])
    prober.probe(path)
    mine = prober._helper
    assert mine is not None
    child = os.fork()
    if child == 0:
        try:
            fine = prober.probe(path).duration is not None
            other = prober._helper is not None and prober._helper.pid != mine.pid
            prober.close()
            os._exit(0 if fine and other else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert prober.probe(path).kind is MediaKind.VIDEO
    assert prober._helper is mine
