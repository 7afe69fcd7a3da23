"""All passes count times from the same zero, and a length is what can be decoded, whatever the header says."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.info import DurationSource, MediaInfo
from dampipe.media.length import corrected
from dampipe.media.outputs import DerivativeKind
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import FrameSelector, MadePreview, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import PRESETS, FramesRecipe, PreviewRecipe, ProxyRecipe
from tests.support.fake_card import SOFT
from tests.support.timed_clips import X264, clip, copy, frame_times, joined, lying_avi, run, shifted

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
ROUNDING = 0.0011
"""Seconds; times of preview frames are rounded to milliseconds."""
MPEG2 = ("-c:v", "mpeg2video", "-c:a", "mp2", "-g", "12", "-bf", "2")
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")


@pytest.fixture(scope="module")
def plain(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of picture and sound that start at zero."""
    return clip(ffmpeg, tmp_path_factory.mktemp("plain") / "plain.mp4")


@pytest.fixture
def previews(ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober) -> PreviewMaker:
    return PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose, prober=prober)


@pytest.fixture
def proxies(ffmpeg: Ffmpeg) -> ProxyMaker:
    return ProxyMaker(ffmpeg, ProxyRecipe(), [SOFT])


def make(
    path: Path, media: MediaInfo, previews: PreviewMaker, proxies: ProxyMaker, folder: Path
) -> tuple[MadePreview, MadeProxy]:
    """Preview and proxy as the stages make them: the proxy knows the corrected facts."""
    folder.mkdir(exist_ok=True)
    preview = previews.make(str(path), media, folder)
    return preview, proxies.make(str(path), corrected(media, preview.duration), folder)


def strip_end(preview: MadePreview) -> float:
    """The end, in seconds, of the last cue of the scrub strip."""
    vtt = next(file.path for file in preview.files if file.kind is DerivativeKind.SPRITE_VTT)
    hours, minutes, seconds = vtt.read_text().split(" --> ")[-1].split("\n")[0].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def check_times(preview: MadePreview, proxy: MadeProxy, length: float) -> None:
    """Frames, strip and proxy have the same length, and each frame is one of the proxy's at its time."""
    assert proxy.file is not None
    shown = frame_times(proxy.file.path)
    assert proxy.duration == pytest.approx(length, abs=0.12)
    assert strip_end(preview) == pytest.approx(length, abs=0.25)
    assert len(preview.frames) >= 3
    assert all(min(abs(frame.time - time) for time in shown) <= ROUNDING for frame in preview.frames)
    assert preview.frames[0].time == pytest.approx(shown[0], abs=ROUNDING)
    assert shown[-1] - preview.frames[-1].time <= 2.2


LATE = {
    "late.mkv": ("-output_ts_offset", "3600"),
    "late.webm": ("-output_ts_offset", "2.5"),
    "late.flv": ("-output_ts_offset", "3600"),
    "late.ts": ("-output_ts_offset", "3600"),
    "late.mp4": ("-output_ts_offset", "3600"),
    "late.mov": ("-output_ts_offset", "100"),
    "fragments.mp4": (*FRAGMENTS, "-output_ts_offset", "3600"),
    "wrap.ts": ("-output_ts_offset", "95440"),
    "early.mkv": ("-output_ts_offset", "0.2"),
}


@pytest.mark.parametrize("name", LATE)
def test_times_count_from_the_start_of_the_earliest_stream(
    name: str,
    plain: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    path = tmp_path / name
    if name.endswith("webm"):
        run(
            ffmpeg,
            "-i",
            f"file:{plain}",
            "-c:v",
            "libvpx",
            "-g",
            "25",
            "-c:a",
            "libopus",
            *LATE[name],
            f"file:{path}",
        )
    else:
        copy(ffmpeg, plain, path, *LATE[name])
    media = prober.probe(str(path))
    assert media.duration == pytest.approx(6.0, abs=0.12)
    assert media.warnings == ()
    if name != "wrap.ts" and name != "fragments.mp4":
        offset = float(LATE[name][-1])
        assert media.start == pytest.approx(offset, abs=1.5)
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    assert (preview.warnings, preview.duration, proxy.warnings, proxy.found) == ((), None, (), None)
    check_times(preview, proxy, 6.0)


@pytest.fixture(scope="module")
def shown_before_the_first_packet(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """VVC, whose first packet is the last picture that is shown of its group: 6 s, 150 frames; and its sound."""
    if not ffmpeg.has_encoder("libvvenc"):
        pytest.skip("this ffmpeg writes no VVC")
    path = tmp_path_factory.mktemp("vvc") / "plain.mp4"
    options = ("-c:v", "libvvenc", "-preset", "faster", "-pix_fmt", "yuv420p10le", "-c:a", "libmp3lame")
    return clip(ffmpeg, path, *options)


WRAPPED = ("-output_ts_offset", "95442")
"""MPEG-TS counts modulo 95443.7 s; ffmpeg adds 1.4 s."""
EARLY = {
    "early.ts": (),
    "early.m2ts": (),
    "early.mkv": (),
    "early.flv": (),
    "early.mp4": (),
    "wrap.ts": WRAPPED,
    "late.mkv": ("-output_ts_offset", "3600"),
}


@pytest.mark.parametrize(
    ("name", "sound"),
    # The writer of M2TS names the picture and the sound alike, so that the reader of the probe does not know the sound.
    [(name, sound) for name in EARLY for sound in (True, False) if not (sound and name.endswith(".m2ts"))],
)
def test_pictures_before_the_first_packet_count(
    name: str,
    sound: bool,
    shown_before_the_first_packet: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    options = EARLY[name] if sound else ("-an", *EARLY[name])
    path = copy(ffmpeg, shown_before_the_first_packet, tmp_path / name, *options)
    media = prober.probe(str(path))
    assert media.video is not None
    assert media.duration == pytest.approx(6.0, abs=0.12)
    assert media.duration == round(media.duration, 6) or not media.early
    assert media.video.start == pytest.approx(0.0, abs=0.06)
    assert media.video.rate == 25
    assert media.warnings == ()
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    assert (preview.warnings, preview.duration, proxy.warnings, proxy.found) == ((), None, (), None)
    assert proxy.file is not None
    shown = frame_times(proxy.file.path)
    assert len(shown) == 150
    assert shown[0] == pytest.approx(media.video.start, abs=ROUNDING)
    # The first key frame, which is what the preview decodes, is the last picture of its group.
    assert all(min(abs(frame.time - time) for time in shown) <= ROUNDING for frame in preview.frames)
    assert preview.frames[0].time < 1.5
    assert strip_end(preview) == pytest.approx(6.0, abs=0.25)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg2video"])
def test_leading_pictures_that_cannot_be_decoded_move_nothing(
    codec: str,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    """A recording that is cut within an open group of pictures begins with pictures that refer to lost ones."""
    groups = {
        "libx264": ("-x264-params", "open-gop=1:keyint=25:min-keyint=25:bframes=3:scenecut=0"),
        "libx265": ("-x265-params", "open-gop=1:keyint=25:bframes=3:scenecut=0:log-level=none:pools=1"),
        "mpeg2video": ("-g", "25", "-bf", "2"),
    }
    whole = clip(
        ffmpeg, tmp_path / "whole.ts", "-c:v", codec, "-pix_fmt", "yuv420p", *groups[codec], sound=False
    )
    content = whole.read_bytes()
    packets = [content[at : at + 188] for at in range(0, len(content), 188)]
    path = tmp_path / "cut.ts"
    path.write_bytes(b"".join(packets[:3] + packets[len(packets) * 2 // 5 :]))
    media = prober.probe(str(path))
    assert media.early == 0.0
    assert media.duration is not None
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    assert (preview.duration, proxy.found) == (None, None)
    assert proxy.duration == pytest.approx(media.duration, abs=0.12)
    assert proxy.file is not None
    shown = frame_times(proxy.file.path)
    assert 0 <= shown[0] <= 1.1
    assert preview.frames[0].time == pytest.approx(shown[0], abs=ROUNDING)


@pytest.mark.parametrize("suffix", [".ts", ".mkv"])
def test_a_start_before_zero_loses_nothing(
    suffix: str,
    plain: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    before = {".ts": WRAPPED, ".mkv": ("-output_ts_offset", "-0.5", "-avoid_negative_ts", "disabled")}[suffix]
    path = copy(ffmpeg, plain, tmp_path / f"negative{suffix}", *before)
    media = prober.probe(str(path))
    assert media.start < 0
    assert media.duration == pytest.approx(6.0, abs=0.12)
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    assert (preview.warnings, preview.duration, proxy.found) == ((), None, None)
    assert proxy.duration == pytest.approx(6.0, abs=0.12)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts", ".flv"])
@pytest.mark.parametrize(("picture", "sound"), [(4.0, 0.0), (0.0, 3.0), (104.0, 100.0)])
def test_picture_and_sound_may_start_at_different_times(
    suffix: str,
    picture: float,
    sound: float,
    plain: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    path = shifted(ffmpeg, plain, tmp_path / f"clip{suffix}", picture=picture, sound=sound)
    media = prober.probe(str(path))
    length = 6.0 + abs(picture - sound)
    assert media.duration == pytest.approx(length, abs=0.25)  # the last packets of MPEG-TS are estimated
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    assert (preview.warnings, preview.duration, proxy.warnings, proxy.found) == ((), None, (), None)
    assert proxy.file is not None
    shown = frame_times(proxy.file.path)
    assert shown[0] == pytest.approx(max(0.0, picture - sound), abs=0.06)
    check_times(preview, proxy, length)


def test_a_picture_that_ends_early_causes_a_warning_and_one_that_starts_late_none(
    plain: Path, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    late = shifted(ffmpeg, plain, tmp_path / "late.mp4", picture=4)
    assert prober.probe(str(late)).warnings == (), "it ends with the file"
    early = shifted(ffmpeg, plain, tmp_path / "early.mp4", sound=4)
    assert prober.probe(str(early)).warnings == ("the picture ends at 6.0 s, the file at 10.0 s",)


def wrong(name: str, plain: Path, ffmpeg: Ffmpeg, folder: Path) -> tuple[Path, float]:
    """A file whose header gives a wrong duration, and the right one."""
    if name == "joined.ts":
        part = copy(ffmpeg, plain, folder / "a.ts")
        return joined(folder / name, part, part), 12.0
    if name == "jump.ts":
        first = copy(ffmpeg, plain, folder / "a.ts")
        second = copy(ffmpeg, plain, folder / "b.ts", "-output_ts_offset", "3600")
        return joined(folder / name, first, second), 12.0
    if name == "backwards.ts":
        first = copy(ffmpeg, plain, folder / "a.ts", "-output_ts_offset", "3600")
        return joined(folder / name, first, copy(ffmpeg, plain, folder / "b.ts"), first), 18.0
    if name == "sound-later.ts":  # its format is not known at first
        first = copy(ffmpeg, plain, folder / "a.ts", "-an")
        return joined(folder / name, first, copy(ffmpeg, plain, folder / "b.ts")), 12.0
    if name == "joined.vob":
        part = clip(ffmpeg, folder / "a.vob", *MPEG2)
        return joined(folder / name, part, part), 12.0
    if name == "lying.avi":
        return lying_avi(clip(ffmpeg, folder / name, "-c:v", "mpeg4", "-c:a", "mp2"), 101 * 3600), 6.0
    if name == "short.avi":
        return lying_avi(clip(ffmpeg, folder / name, "-c:v", "mpeg4", "-c:a", "mp2"), 2), 6.0
    assert name == "lying.mkv"
    path = copy(ffmpeg, plain, folder / name)
    content = bytearray(path.read_bytes())
    at = content.index(b"\x44\x89\x88") + 3  # the Duration of the segment, a double
    content[at : at + 8] = np.array(3600e3, ">f8").tobytes()
    path.write_bytes(content)
    return path, 6.0


WRONG = (
    "joined.ts",
    "sound-later.ts",
    "jump.ts",
    "backwards.ts",
    "joined.vob",
    "lying.avi",
    "short.avi",
    "lying.mkv",
)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_header_is_corrected_by_the_preview(
    name: str,
    plain: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    path, length = wrong(name, plain, ffmpeg, tmp_path)
    media = prober.probe(str(path))
    assert media.video is not None and media.video.rate == 25
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    if media.duration != pytest.approx(length, abs=0.2):
        assert preview.duration is not None and preview.duration.source is DurationSource.PACKETS
        assert preview.duration.seconds == pytest.approx(length, abs=0.2)
        assert len(preview.warnings) == 1 and preview.warnings[0].startswith("its header says that it is ")
    assert proxy.warnings == ()
    assert proxy.found is None or not proxy.found.differs, "nothing is made again"
    check_times(preview, proxy, length)


@pytest.mark.parametrize("name", ["joined.ts", "lying.avi"])
def test_a_wrong_header_is_corrected_by_the_common_pass(
    name: str,
    plain: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    path, length = wrong(name, plain, ffmpeg, tmp_path)
    (tmp_path / "out").mkdir()
    preview, proxy = Passes(previews, proxies).make(str(path), prober.probe(str(path)), tmp_path / "out")
    assert proxy is not None and preview.duration is not None
    assert preview.duration.source is DurationSource.DECODING
    assert preview.duration.seconds == pytest.approx(length, abs=0.1)
    check_times(preview, proxy, length)


def test_the_proxy_corrects_what_packets_do_not_show(
    ffmpeg: Ffmpeg, prober: Prober, previews: PreviewMaker, proxies: ProxyMaker, tmp_path: Path
) -> None:
    """The second half cannot be decoded; its packets are complete."""
    path = clip(ffmpeg, tmp_path / "half.mov", "-c:v", "prores_ks", seconds=8, sound=False)
    content = bytearray(path.read_bytes())
    start, end = content.index(b"mdat"), content.rindex(b"moov")
    middle = (start + end) // 2
    content[middle : end - 8] = bytes(end - 8 - middle)
    path.write_bytes(content)
    media = prober.probe(str(path))
    (tmp_path / "out").mkdir()
    proxy = proxies.make(str(path), media, tmp_path / "out")
    assert proxy.found is not None and proxy.found.differs
    assert proxy.found.seconds == pytest.approx(4.0, abs=0.3)
    assert proxy.warnings == (f"only the first {proxy.duration:.1f} s of 8.0 s could be decoded",)
    again = proxies.make(str(path), corrected(media, proxy.found), tmp_path / "out")
    assert again.found is None, "a decoded duration is final"


@pytest.mark.parametrize(("suffix", "codec"), [(".aac", "aac"), (".mp3", "libmp3lame")])
def test_estimated_durations_of_sound_are_corrected(
    suffix: str,
    codec: str,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    """Quiet, then noise: the bit rate of the beginning is not that of the rest."""
    path = tmp_path / f"sound{suffix}"
    noise = "anoisesrc=duration=20:amplitude=0.6,volume='if(lt(t,10),0,1)':eval=frame"
    run(
        ffmpeg, "-f", "lavfi", "-i", noise, "-c:a", codec, "-q:a", "2", "-write_xing", "0", f"file:{path}"
    ) if (suffix == ".mp3") else run(
        ffmpeg, "-f", "lavfi", "-i", noise, "-c:a", codec, "-b:a", "200k", f"file:{path}"
    )
    media = prober.probe(str(path))
    assert media.duration is not None and abs(media.duration - 20) > 1, "the estimate is wrong"
    (tmp_path / "out").mkdir()
    preview = previews.make(str(path), media, tmp_path / "out")
    assert preview.duration is not None
    assert preview.duration.seconds == pytest.approx(20.0, abs=0.1)
    proxy = proxies.make(str(path), corrected(media, preview.duration), tmp_path / "out")
    assert proxy.duration == pytest.approx(20.0, abs=0.1)
    assert proxy.found is None
    assert proxy.warnings == ()


@pytest.mark.parametrize("way", ["moov", "mkv", "ts"])
def test_a_file_cut_short_has_the_length_of_what_is_left(
    way: str,
    plain: Path,
    ffmpeg: Ffmpeg,
    prober: Prober,
    previews: PreviewMaker,
    proxies: ProxyMaker,
    tmp_path: Path,
) -> None:
    path = tmp_path / f"cut.{'mp4' if way == 'moov' else way}"
    copy(ffmpeg, plain, path, *(("-movflags", "+faststart") if way == "moov" else ()))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    media = prober.probe(str(path))
    preview, proxy = make(path, media, previews, proxies, tmp_path / "out")
    check_times(preview, proxy, proxy.duration or 0.0)
    assert proxy.duration == pytest.approx(3.0, abs=0.6)
    if way != "ts":  # it has no header that could say how long it was
        assert preview.warnings[0].startswith("only the first ")
        assert preview.warnings[0].endswith("of 6.0 s could be decoded")


def test_a_picture_may_end_before_the_sound(
    plain: Path, ffmpeg: Ffmpeg, prober: Prober, previews: PreviewMaker, proxies: ProxyMaker, tmp_path: Path
) -> None:
    path = tmp_path / "long-sound.mkv"
    sound = ("-f", "lavfi", "-i", "sine=duration=20")
    run(ffmpeg, "-i", f"file:{plain}", *sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", f"file:{path}")
    preview, proxy = make(path, prober.probe(str(path)), previews, proxies, tmp_path / "out")
    assert (preview.warnings, preview.duration, proxy.warnings, proxy.found) == ((), None, (), None)


def test_the_strip_of_a_late_picture_begins_with_its_first_frame(
    ffmpeg: Ffmpeg, prober: Prober, previews: PreviewMaker, tmp_path: Path
) -> None:
    scenes = "color=red:s=320x180:r=25:d=3[a];color=blue:s=320x180:r=25:d=3[b];[a][b]concat[v]"
    first = tmp_path / "scenes.mp4"
    inputs = ("-f", "lavfi", "-i", "sine=duration=10", "-filter_complex", scenes)
    run(ffmpeg, *inputs, "-map", "[v]", "-map", "0:a", *X264, f"file:{first}")
    path = shifted(ffmpeg, first, tmp_path / "late.mkv", picture=4)
    media = prober.probe(str(path))
    (tmp_path / "out").mkdir()
    preview = previews.make(str(path), media, tmp_path / "out")
    sprite = next(file.path for file in preview.files if file.kind is DerivativeKind.SPRITE)
    vtt = next(file.path for file in preview.files if file.kind is DerivativeKind.SPRITE_VTT)
    picture = np.asarray(Image.open(sprite).convert("RGB")).astype(int)
    for cue in vtt.read_text().split("\n\n")[1:]:
        start = sum(float(part) * 60**n for n, part in enumerate(reversed(cue.split(" -->")[0].split(":"))))
        x, y, width, height = map(int, cue.split("xywh=")[1].split()[0].split(","))
        color = picture[y + height // 2, x + width // 2]
        if start < 6:
            assert color[0] > 150 > color[2], f"red until 7 s, at {start}"
        elif start >= 8:
            assert color[2] > 150 > color[0], f"blue from 7 s, at {start}"


@pytest.mark.skipif(not CASES.is_dir(), reason="no cases beside this checkout")
@pytest.mark.parametrize(("name", "start"), [("late.mkv", 3600.0), ("video_only_2_5s.mkv", 2.5)])
def test_the_cases(
    name: str, start: float, prober: Prober, previews: PreviewMaker, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    media = prober.probe(str(CASES / name))
    assert (media.duration, media.start) == (pytest.approx(6.0, abs=0.03), pytest.approx(start))
    for preset in ("review", "edit"):
        maker = ProxyMaker(ffmpeg, PRESETS[preset].proxy, [SOFT])
        preview, proxy = make(CASES / name, media, previews, maker, tmp_path / preset)
        assert (preview.warnings, proxy.warnings) == ((), ())
        assert [frame.time for frame in preview.frames] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        check_times(preview, proxy, 6.0)
