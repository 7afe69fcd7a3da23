"""Files from real cameras: each is probed, previewed and proxied, without false warnings."""

from pathlib import Path

import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe

FILES = {
    "asl-book.mkv": ((640, 480), "references"),
    "bottle-detection.mp4": ((640, 360), "references"),
    "car-detection.mp4": ((768, 432), "references"),
    "d10-timecode.mxf": ((768, 576), "keys"),  # without the lines of the blanking interval
    "gopro-karma.mp4": ((854, 480), "keys"),
    "gopro-max-heromode.mp4": ((848, 480), "keys"),
    "hdr10-av1.mp4": ((720, 1280), "references"),
    "mpeg2.ts": ((1280, 720), "keys"),
    "no-sync-samples.mp4": ((1080, 720), "keys"),  # H.264 of key frames alone
    "old.avi": ((960, 400), "keys"),
    "one-by-one-person-detection.mp4": ((768, 432), "keys"),
    "pcm-audio.mov": ((1280, 720), "references"),
    "phone-hevc10-hlg-rotated.mp4": ((720, 1280), "references"),
}


@pytest.mark.parametrize("name", FILES)
def test_all_the_way(
    name: str, footage: Path, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    source = str(footage / name)
    media = prober.probe(source)
    assert media.warnings == ()
    recipe = PreviewRecipe(frames=FramesRecipe(size=64))
    preview = PreviewMaker(ffmpeg, recipe, choose).make(source, media, tmp_path)
    assert preview.warnings == ()
    assert len(preview.files) == 4
    assert preview.way == FILES[name][1]
    software = Acceleration(SOFTWARE, True, "for the test")
    made = ProxyMaker(ffmpeg, ProxyRecipe(), [software]).make(source, media, tmp_path)
    assert made.warnings == ()
    assert made.file is not None
    proxy = prober.probe(str(made.file.path))
    assert proxy.video is not None
    assert (proxy.video.width, proxy.video.height) == FILES[name][0]
    assert proxy.duration == pytest.approx(media.duration, abs=0.1)
    assert proxy.timecode == media.timecode
    assert proxy.created_at == media.created_at


def test_metadata_of_cameras(footage: Path, prober: Prober) -> None:
    gopro = prober.probe(str(footage / "gopro-karma.mp4"))
    assert (gopro.camera, gopro.timecode, gopro.data_streams) == ("GoPro HERO5", "19:26:48:04", 3)
    phone = prober.probe(str(footage / "phone-hevc10-hlg-rotated.mp4")).video
    assert phone is not None
    assert (phone.rotation, phone.hdr, phone.bit_depth) == (90, True, 10)
    tape = prober.probe(str(footage / "d10-timecode.mxf"))
    assert (tape.timecode, tape.video is not None and tape.video.interlaced) == ("23:58:30:00", True)
    assert tape.camera is None
