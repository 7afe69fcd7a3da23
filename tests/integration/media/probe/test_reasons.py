"""Files that cannot be used: each has a reason of its own."""

from pathlib import Path

import pytest

from dampipe.kernel.errors import BadMedia, StageError
from dampipe.media import errors
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.info import MediaKind
from dampipe.media.probe.diagnosis import encryption
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import ProxyRecipe

PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2")
SOUND = ("-f", "lavfi", "-i", "sine=440:duration=2")
CODECS = {
    "mp4": ("libx264", "aac"),
    "mov": ("mjpeg", "pcm_s16le"),
    "mkv": ("libx264", "aac"),
    "webm": ("libvpx", "libvorbis"),
    "ts": ("mpeg2video", "mp2"),
    "mpg": ("mpeg2video", "mp2"),
    "vob": ("mpeg2video", "mp2"),
    "avi": ("mpeg4", "libmp3lame"),
    "wmv": ("wmv2", "wmav2"),
    "flv": ("flv", "libmp3lame"),
    "mxf": ("mpeg2video", "pcm_s16le"),
    "ogg": ("libtheora", "libvorbis"),
}
CENC = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "ab" * 16, "-encryption_kid", "cd" * 16)


def make(ffmpeg: Ffmpeg, path: Path, inputs: tuple[str, ...] = (*PICTURE, *SOUND), *options: str) -> Path:
    video, audio = CODECS[path.suffix[1:]]
    codecs = ("-c:v", video, "-pix_fmt", "yuvj420p" if video == "mjpeg" else "yuv420p", "-c:a", audio)
    result = run_ffmpeg(ffmpeg, [*inputs, *codecs, "-ar", "44100", *options, f"file:{path}"], Limits())
    if not result.ok and path.suffix == ".mxf":
        result = run_ffmpeg(ffmpeg, [*inputs, *codecs, *options, "-ar", "48000", f"file:{path}"], Limits())
    assert result.ok, result.stderr
    return path


def refused(prober: Prober, path: Path) -> StageError:
    with pytest.raises(StageError) as caught:
        prober.probe(str(path))
    return caught.value


def test_encrypted_mp4(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    path = make(ffmpeg, tmp_path / "protected.mp4", (*PICTURE, *SOUND), *CENC)
    error = refused(prober, path)
    assert (type(error), error.code) == (BadMedia, errors.ENCRYPTED.code)
    assert str(error) == "encrypted (Common Encryption, cenc)"
    sound = make(ffmpeg, tmp_path / "sound.mp4", SOUND, *CENC)
    assert refused(prober, sound).code == errors.ENCRYPTED.code


def test_clear_sound_beside_an_encrypted_picture_is_used(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    """The muxer encrypts all tracks; then the names of the sound track's entries are made those of clear sound."""
    path = make(ffmpeg, tmp_path / "protected.mp4", (*PICTURE, *SOUND), *CENC)
    path.write_bytes(path.read_bytes().replace(b"enca", b"mp4a"))
    media = prober.probe(str(path))
    assert (media.kind, media.video, len(media.audio)) == (MediaKind.AUDIO, None, 1)
    assert media.warnings == ("its picture is encrypted (Common Encryption, cenc)",)


def test_scrambled_transport_stream(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    path = make(ffmpeg, tmp_path / "pay.ts")
    content = bytearray(path.read_bytes())
    for start in range(0, len(content) - 188, 188):
        pid = int.from_bytes(content[start + 1 : start + 3]) & 0x1FFF
        if pid >= 0x100 and pid != 0x1000:
            content[start + 3] |= 0x80
            content[start + 12 : start + 188] = bytes(
                byte ^ 0x5A for byte in content[start + 12 : start + 188]
            )
    path.write_bytes(content)
    error = refused(prober, path)
    assert str(error) == "encrypted (conditional access)"


def test_encryption_of_other_containers(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    clear = {suffix: make(ffmpeg, tmp_path / f"clear.{suffix}") for suffix in CODECS}
    for suffix, path in clear.items():
        assert encryption(str(path)) == {}, suffix
    protected = tmp_path / "protected"
    guid = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")
    content = clear["wmv"].read_bytes()
    protected.write_bytes(content[:30] + guid + content[30:])
    assert encryption(str(protected))["video"] == "Windows Media DRM"
    content = clear["mkv"].read_bytes()
    protected.write_bytes(content[:400] + bytes.fromhex("50338101") + content[400:])
    assert encryption(str(protected))["video"] == "Matroska encryption"
    scrambled = bytearray(clear["vob"].read_bytes())
    start = scrambled.find(b"\0\0\1\xe0")
    while start >= 0:
        scrambled[start + 6] |= 0x30
        start = scrambled.find(b"\0\0\1\xe0", start + 4)
    protected.write_bytes(scrambled)
    assert "CSS" in encryption(str(protected))["video"]
    content = clear["mp4"].read_bytes()
    protected.write_bytes(content.replace(b"mp4a", b"drms"))
    assert encryption(str(protected)) == {"audio": "FairPlay"}


@pytest.mark.parametrize(
    ("suffix", "old", "new", "codec"),
    [
        ("mp4", b"avc1", b"zzq1", "zzq1"),
        ("mkv", b"V_MPEG4/ISO/AVC", b"V_MPEG9/ISO/ZZQ", "V_MPEG9/ISO/ZZQ"),
        ("avi", b"FMP4", b"ZZQ1", "ZZQ1"),
    ],
)
def test_unknown_codecs_are_named(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path, suffix: str, old: bytes, new: bytes, codec: str
) -> None:
    for inputs in (PICTURE, (*PICTURE, *SOUND)):
        path = make(ffmpeg, tmp_path / f"odd.{suffix}", inputs)
        path.write_bytes(path.read_bytes().replace(old, new))
        if inputs == PICTURE:
            error = refused(prober, path)
            assert str(error) == f"its codec is not supported: {codec}"
        else:
            assert prober.probe(str(path)).warnings == (f"its picture has an unknown format ({codec})",)
        path.unlink()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"PK\x03\x04" + bytes(60), "a ZIP archive or an office document"),
        (b"\x1f\x8b\x08" + bytes(60), "a gzip archive"),
        (bytes(257) + b"ustar\x0000" + bytes(300), "a tar archive"),
        (b"<!doctype HTML><p>no film", "a web page"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><x/>", "an XML document"),
        (b"import { film } from './film';\n" * 40, "a text file"),
        ("Drehbuch: Größe".encode(), "a text file"),
        ("Drehbuch: Gr\u00f6\u00dfe".encode("latin-1"), "a text file"),
        ("Drehbuch".encode("utf-16"), "a text file"),
        (b"SQLite format 3\x00" + bytes(100), "an SQLite database"),
        (b"\x7fELF" + bytes(100), "a program"),
        (b"\x00\x05\x16\x07" + bytes(100), "a resource fork of macOS (AppleDouble)"),
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "ts", "wav"])
def test_other_files_are_named(
    prober: Prober, tmp_path: Path, content: bytes, kind: str, suffix: str
) -> None:
    path = tmp_path / f"film.{suffix}"
    path.write_bytes(content)
    error = refused(prober, path)
    assert (error.code, str(error)) == (errors.OTHER_KIND.code, f"not a media file, but {kind}")


def test_what_nobody_knows_is_not_guessed(prober: Prober, tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(bytes(range(1, 200)) * 50)
    assert refused(prober, path).code == errors.NOT_MEDIA.code


@pytest.mark.parametrize("brand", ["mif3", "hevc", "hevx", "msf1", "avis", "avif"])
def test_pictures_in_mp4_get_no_advice_for_movies(prober: Prober, tmp_path: Path, brand: str) -> None:
    path = tmp_path / f"{brand}.heic"
    path.write_bytes(b"\0\0\0\x18ftyp" + brand.encode() + b"\0\0\0\0" + brand.encode() + b"mif1" + bytes(200))
    error = refused(prober, path)
    assert isinstance(error, BadMedia)
    assert error.code != errors.INDEX_MISSING.code


def test_a_file_that_was_cut_is_told_as_damaged_at_once(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    """ffmpeg says "Input/output error" of some; none is blamed on the storage, which would mean retries."""
    reasons = set()
    maker = ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")])
    for suffix in CODECS:
        path = make(ffmpeg, tmp_path / f"whole.{suffix}")
        content = path.read_bytes()
        for length in (8, 16, 40, 100, 400, 1500, 6000, len(content) // 2, len(content) - 100):
            cut = tmp_path / f"cut.{suffix}"
            cut.write_bytes(content[:length])
            try:
                media = prober.probe(str(cut))
                maker.make(str(cut), media, tmp_path)
            except StageError as error:
                assert isinstance(error, BadMedia), (suffix, length, str(error))
                reasons.add(error.code)
    assert {errors.DAMAGED.code, errors.INDEX_MISSING.code} <= reasons
