"""The film inside a motion photo becomes the proxy of the photograph."""

import io
from pathlib import Path

import av
import pytest
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.info import MediaKind
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import ProxyRecipe


def motion_photo(path: Path, film: bytes) -> Path:
    xmp = f'<rdf:Description GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(film)}"/>'
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "red").save(out, "JPEG", xmp=xmp.encode())
    path.write_bytes(out.getvalue() + film)
    return path


@pytest.fixture
def maker(ffmpeg: Ffmpeg, prober: Prober) -> ProxyMaker:
    software = [Acceleration(SOFTWARE, True, "for the test")]
    return ProxyMaker(ffmpeg, ProxyRecipe(), software, prober=prober)


def test_the_film_is_transcoded(tmp_path: Path, ffmpeg: Ffmpeg, prober: Prober, maker: ProxyMaker) -> None:
    film = tmp_path / "source.mp4"
    made_of = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2")
    assert run_ffmpeg(ffmpeg, ["-y", *made_of, "-c:v", "libx264", f"file:{film}"], Limits(seconds=60)).ok
    photo = motion_photo(tmp_path / "a.jpg", film.read_bytes())
    media = prober.probe(str(photo))
    assert (media.kind, media.duration) == (MediaKind.STILL, None)
    assert media.embedded_film is not None
    folder = tmp_path / "work"
    folder.mkdir()
    made = maker.make(str(photo), media, folder)
    assert made.file is not None
    with av.open(str(made.file.path)) as container:
        assert container.streams.video[0].width == 320
        assert sum(1 for _ in container.decode(video=0)) == 50
    assert (made.shots, made.duration, made.warnings) == ((), None, ())
    assert not (folder / "film.mp4").exists()


def test_a_film_that_cannot_be_decoded_is_a_warning(
    tmp_path: Path, prober: Prober, maker: ProxyMaker
) -> None:
    photo = motion_photo(tmp_path / "a.jpg", b"\0\0\0\x18ftypmp42" + bytes(200))
    media = prober.probe(str(photo))
    assert media.embedded_film is not None
    made = maker.make(str(photo), media, tmp_path)
    assert made.files == ()
    assert made.warnings[0].startswith("the film inside it cannot be played: ")
