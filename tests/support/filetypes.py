"""One small generated file for every suffix that scans take, as far as this machine can make one."""

import io
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

_V = ("-f", "lavfi", "-i", "testsrc2=size=352x288:rate=25:duration=1")
_A = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1")
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p")
_AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1", "-pix_fmt", "yuv420p")
_AMV = (
    *("-vf", "scale=176:144", "-c:v", "amv", "-strict", "-1", "-c:a", "adpcm_ima_amv"),
    *("-block_size", "882", "-ar", "22050", "-ac", "1"),
)
_MPEG2 = ("-c:v", "mpeg2video", "-pix_fmt", "yuv420p", "-b:v", "1M")
_MPEG1 = ("-c:v", "mpeg1video", "-pix_fmt", "yuv420p", "-b:v", "1M")
_PAL = ("-vf", "scale=720:576", "-pix_fmt", "yuv420p", "-ar", "48000", "-ac", "2")


def _of(recipe: tuple[str, ...], suffixes: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys((f".{word}" for word in suffixes.split()), recipe)


FFMPEG: Mapping[str, tuple[str, ...]] = {
    **_of((*_V, *_A, *_X264, "-c:a", "aac", "-f", "mp4"), "mp4 m4v f4v 360 insv mqv"),
    **_of((*_V, *_A, *_X264, "-c:a", "aac", "-f", "mov"), "mov qt"),
    **_of((*_V, "-c:v", "jpeg2000", "-pix_fmt", "yuv420p", "-f", "mov"), "mj2"),
    **_of((*_V, *_X264, "-f", "3gp"), "3gp 3gpp"),
    **_of((*_V, *_X264, "-f", "3g2"), "3g2 3gp2"),
    **_of((*_V, *_A, *_X264, "-f", "matroska"), "mkv mk3d"),
    **_of((*_A, "-f", "matroska"), "mka"),
    **_of((*_V, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-f", "webm"), "webm"),
    **_of((*_V, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-f", "ivf"), "ivf"),
    **_of((*_V, *_A, "-c:v", "mpeg4", "-f", "avi"), "avi divx xvid"),
    **_of((*_V, *_A, "-c:v", "wmv2", "-c:a", "wmav2", "-f", "asf"), "wmv asf dvr-ms"),
    **_of((*_A, "-c:a", "wmav2", "-f", "asf"), "wma"),
    **_of((*_V, *_A, "-c:v", "flv", "-ar", "44100", "-c:a", "libmp3lame", "-f", "flv"), "flv"),
    **_of((*_V, *_A, *_MPEG2, "-f", "mpegts"), "ts trp tp"),
    **_of((*_V, *_A, *_MPEG2, "-f", "mpegts", "-mpegts_m2ts_mode", "1"), "mts m2t m2ts"),
    **_of((*_V, *_A, *_MPEG2, "-f", "vob"), "mpg mpeg mpe mpv mod tod vob dat evo vro m2p"),
    **_of((*_V, *_A, *_PAL, "-f", "dv"), "dv"),
    **_of((*_V, *_A, *_MPEG2, "-c:a", "pcm_s16le", "-f", "mxf"), "mxf"),
    **_of((*_V, *_A, "-vf", "scale=720:576", *_MPEG2, "-c:a", "pcm_s16le", "-ac", "1", "-f", "gxf"), "gxf"),
    **_of((*_V, *_A, "-f", "nut"), "nut"),
    **_of((*_V, "-c:v", "libtheora", "-pix_fmt", "yuv420p", "-f", "ogv"), "ogv ogm ogx"),
    **_of((*_V, "-f", "gif"), "gif"),
    **_of((*_V, "-c:v", "rv20", "-f", "rm"), "rm rmvb"),
    **_of((*_V, "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe"), "y4m"),
    **_of((*_A, "-c:a", "aac", "-f", "ipod"), "m4a m4b m4r"),
    **_of((*_A, "-c:a", "aac", "-f", "adts"), "aac"),
    **_of((*_A, "-f", "aiff"), "aif aiff aifc"),
    **_of((*_A, "-f", "au"), "au snd"),
    **_of((*_A, "-f", "caf"), "caf"),
    **_of((*_A, "-f", "flac"), "flac"),
    **_of((*_A, "-c:a", "mp2", "-f", "mp2"), "mp2 mpa m2a"),
    **_of((*_A, "-f", "mp3"), "mp3"),
    **_of((*_A, "-c:a", "libvorbis", "-f", "ogg"), "ogg oga"),
    **_of((*_A, "-c:a", "libopus", "-f", "opus"), "opus"),
    **_of((*_A, "-f", "tta"), "tta"),
    **_of((*_A, "-f", "w64"), "w64"),
    **_of((*_A, "-f", "wav"), "wav wave bwf"),
    **_of((*_A, "-f", "wav", "-rf64", "always"), "rf64"),
    **_of((*_A, "-f", "wv"), "wv"),
    **_of((*_A, "-c:a", "ac3", "-f", "ac3"), "ac3"),
    **_of((*_A, "-c:a", "eac3", "-f", "eac3"), "eac3 ec3"),
    **_of((*_A, "-c:a", "dca", "-strict", "-2", "-ac", "2", "-f", "dts"), "dts dtshd"),
    **_of((*_A, "-c:a", "mlp", "-strict", "-2", "-f", "mlp"), "mlp"),
    **_of((*_A, "-c:a", "truehd", "-strict", "-2", "-f", "truehd"), "thd"),
    **_of((*_V, *_A, *_MPEG2, "-f", "wtv"), "wtv"),
    **_of((*_V, "-c:v", "apng", "-f", "apng"), "apng"),
    **_of((*_V, *_AV1, "-f", "avif"), "avifs"),
    **_of((*_V, *_A, *_AMV, "-f", "amv"), "amv"),
    **_of((*_A, "-c:a", "pcm_u8", "-f", "voc"), "voc"),
    **_of((*_A, "-c:a", "aac", "-f", "latm"), "latm loas"),
    **_of((*_V, "-c:v", "mjpeg", "-f", "mjpeg"), "mjpeg mjpg"),
    **_of((*_V, *_AV1, "-f", "obu"), "obu"),
    **_of(
        (*_V, "-c:v", "libvvenc", "-preset", "faster", "-pix_fmt", "yuv420p10le", "-f", "vvc"), "vvc 266 h266"
    ),
    **_of((*_V, "-c:v", "vc2", "-pix_fmt", "yuv420p", "-strict", "-1", "-f", "dirac"), "drc"),
    **_of((*_V, "-c:v", "liboapv", "-pix_fmt", "yuv422p10le", "-f", "apv"), "apv"),
    **_of((*_V, "-c:v", "h261", "-f", "h261"), "h261"),
    **_of((*_V, "-c:v", "h263", "-f", "h263"), "h263"),
    **_of((*_V, *_X264, "-f", "h264"), "264 h264 avc"),
    **_of((*_V, *_X265, "-f", "hevc"), "265 h265 hevc"),
    **_of((*_V, *_MPEG1, "-f", "mpeg1video"), "m1v"),
    **_of((*_V, *_MPEG2, "-f", "mpeg2video"), "m2v mpv2"),
    **_of((*_V, "-frames:v", "1", "-update", "1", "-f", "image2"), "dpx exr hdr jxl ras sun pam"),
    **_of((*_V, "-frames:v", "1", "-update", "1", "-pix_fmt", "gbrpf32le", "-f", "image2"), "pfm phm"),
    **_of(
        (*_V, "-frames:v", "1", "-update", "1", "-c:v", "jpegls", "-pix_fmt", "rgb24", "-f", "image2"), "jls"
    ),
    **_of((*_V, "-frames:v", "1", "-pix_fmt", "gray", "-f", "fits"), "fits fts"),
}
"""How the bundled ffmpeg makes a file: arguments before the name, by suffix."""

PILLOW: Mapping[str, str] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".insp"), "JPEG"),
    **dict.fromkeys((".jp2", ".jpf", ".jpx"), "JPEG2000"),
    **dict.fromkeys((".pbm", ".pgm", ".pnm", ".ppm"), "PPM"),
    **dict.fromkeys((".bw", ".rgb", ".rgba", ".sgi"), "SGI"),
    **dict.fromkeys((".icb", ".tga", ".vda", ".vst"), "TGA"),
    ".dds": "DDS",
    ".dib": "DIB",
    ".pcx": "PCX",
    ".qoi": "QOI",
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    ".j2k": "JPEG2000 without boxes",
    ".j2c": "JPEG2000 without boxes",
    ".mpo": "MPO",
    ".avif": "AVIF",
    ".bmp": "BMP",
    ".png": "PNG",
    ".webp": "WEBP",
}
"""How Pillow makes a still: its name of the format, by suffix."""

NOT_GENERATABLE: Mapping[str, str] = {
    **dict.fromkeys((".ape",), "no program here writes Monkey's Audio"),
    **dict.fromkeys((".dsf",), "no program here writes DSD"),
    **dict.fromkeys((".dav",), "no program here writes the format of Dahua"),
    **dict.fromkeys((".aa3", ".oma"), "no program here writes ATRAC"),
    **dict.fromkeys((".cine",), "no program here writes the format of Phantom"),
    **dict.fromkeys((".pcd",), "no program here writes Photo CD"),
    **dict.fromkeys((".mpc", ".shn", ".tak"), "no program here writes Musepack, Shorten or TAK"),
    **dict.fromkeys((".qcp",), "no program here writes the format of Qualcomm"),
    **dict.fromkeys((".pva",), "no program here writes the format of TechnoTrend"),
    **dict.fromkeys((".vc1",), "no program here encodes VC-1"),
    **dict.fromkeys((".heics",), "no program here writes a sequence of HEVC pictures"),
    **dict.fromkeys((".iamf",), "made by tests/integration/media/test_sound.py, which has tests of its own"),
    **dict.fromkeys((".heic", ".heif", ".hif"), "made by tests/support/heic.py, which has tests of its own"),
    **dict.fromkeys((".dng",), "made by tests/support/dng.py, which has tests of its own"),
}
"""Kinds that no program here writes, by suffix. Camera raw files are all of this kind, but for DNG."""


def make(suffix: str, folder: Path, ffmpeg: Ffmpeg) -> Path | None:
    """A file with this suffix; None if there is no way to make one here."""
    path = folder / f"sample{suffix}"
    if suffix in FFMPEG:
        run_ffmpeg(ffmpeg, ["-y", *FFMPEG[suffix], str(path)], Limits(seconds=60))
    elif suffix in PILLOW:
        _still(PILLOW[suffix], path)
    elif suffix == ".amr":  # half a second of silence
        path.write_bytes(b"#!AMR\n" + (b"\x3c" + bytes(31)) * 25)
    elif suffix == ".awb":
        path.write_bytes(b"#!AMR-WB\n" + (b"\x44" + bytes(60)) * 25)
    elif suffix == ".psd":
        path.write_bytes(_psd(64, 48))
    elif suffix == ".gsm":
        path.write_bytes((b"\xd0" + bytes(32)) * 50)  # a second of frames of 20 ms
    elif suffix == ".spx":
        path.write_bytes(_speex(frames=50))
    else:
        return None
    return path


def _still(kind: str, path: Path) -> None:
    picture = Image.radial_gradient("L").resize((64, 48)).convert("RGB")
    out = io.BytesIO()
    if kind == "MPO":
        picture.save(out, "MPO", save_all=True, append_images=[picture.rotate(90)])
    elif kind == "JPEG2000 without boxes":
        picture.save(out, "JPEG2000", no_jp2=True)
    else:
        picture.save(out, kind)
    path.write_bytes(out.getvalue())


def _psd(width: int, height: int) -> bytes:
    """A flat Photoshop file, uncompressed RGB."""
    header = b"8BPS" + (1).to_bytes(2) + bytes(6) + (3).to_bytes(2) + height.to_bytes(4) + width.to_bytes(4)
    header += (8).to_bytes(2) + (3).to_bytes(2)
    return header + bytes(4) + bytes(4) + bytes(4) + bytes(2) + bytes(range(64)) * (3 * height * width // 64)


def _speex(frames: int) -> bytes:
    """Silence of 20 ms a frame as Speex in Ogg. Not every build of ffmpeg has an encoder."""
    numbers = (
        1,
        80,
        8000,
        0,
        4,
        1,
        -1,
        160,
        0,
        1,
        0,
        0,
        0,
    )  # of the header: version, size, rate, narrowband, ...
    header = b"Speex   " + b"1.2.1".ljust(20, b"\0") + struct.pack("<13i", *numbers)
    comments = struct.pack("<I", 6) + b"tester" + struct.pack("<I", 0)
    silence = int("00001" + "0" * 38 + "01111", 2).to_bytes(6)  # submode 1, then the terminator
    pages = [
        _ogg_page(0, [header], granule=0, flags=2),
        _ogg_page(1, [comments], granule=0, flags=0),
        _ogg_page(2, [silence] * frames, granule=160 * frames, flags=4),
    ]
    return b"".join(pages)


def _ogg_page(number: int, packets: Sequence[bytes], granule: int, flags: int) -> bytes:
    """One page of Ogg (RFC 3533) with packets below 255 bytes. flags: 2: the first page, 4: the last."""
    lengths = bytes(len(packet) for packet in packets)
    before = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, 1, number)
    after = bytes((len(lengths),)) + lengths + b"".join(packets)
    return before + struct.pack("<I", _ogg_checksum(before + bytes(4) + after)) + after


def _ogg_checksum(data: bytes) -> int:
    """CRC-32 with the polynomial 0x04C11DB7, not reflected, from 0."""
    remainder = 0
    for byte in data:
        remainder ^= byte << 24
        for _ in range(8):
            remainder = (remainder << 1) ^ (0x104C11DB7 if remainder & 0x80000000 else 0)
    return remainder
