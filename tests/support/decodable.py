"""Every kind of file that the programs here can write: codecs, containers, pixel and sample formats, kinds of stills.

A file is part of the corpus if ffmpeg or Pillow, which wrote it, decode it without complaint.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

FRAMES = 12
_LIMITS = Limits(seconds=30, file_size=1 << 27)
"""Some muxers write for ever what does not fit their format."""
SECONDS = FRAMES / 25
_HARDWARE = re.compile(r"_(nvenc|qsv|vaapi|amf|v4l2m2m|vulkan|mf)$|^(v|a)null$|^wrapped_|^a64|^alias_pix$")
_VIDEO = """mov mp4 mkv avi mxf ts mpg nut webm flv asf ogv 3gp 3g2 gxf rm ivf m4v f4v m2ts vob dv y4m gif wtv swf
apng amv roq h264 hevc vvc obu vc1 drc cavs avs2 avs3 m1v m2v mjpg h261 h263 evc apv"""
"""Suffixes, the likeliest first; ffmpeg refuses those that do not fit a codec."""
_AUDIO = """wav m4a mka caf aif ogg mov flac mp3 mp2 aac ac3 eac3 dts mlp thd opus oga au w64 wv tta amr wma mxf avi ts
voc sf sox oma adx iamf latm gsm aptx sbc ast rm rso mmf adts spx g722"""
_FORMATS = {"dv": "dv", "mjpg": "mjpeg", "drc": "dirac", "cavs": "cavsvideo", "sf": "ircam", "adts": "adts"}
"""Muxers whose name ffmpeg does not derive from the suffix."""
_SAME = "bmp dpx exr fits hdr pam pbm pcx pfm pgm phm png ppm qoi sgi wbmp xbm xwd"
_STILLS = {
    **{name: name for name in _SAME.split()},
    "jpeg2000": "jp2",
    "libopenjpeg": "jp2",
    "jpegls": "jls",
    "libjxl": "jxl",
    "ljpeg": "jpg",
    "mjpeg": "jpg",
    "pgmyuv": "pgm",
    "sunrast": "ras",
    "targa": "tga",
    "tiff": "tif",
    "libwebp": "webp",
}
"""Encoders of stills, and the suffix of their files."""
_RAW_FORMATS = """yuv420p yuv422p yuv444p uyvy422 yuyv422 nv12 rgb24 bgr24 argb bgra rgb555le gray gray16le pal8
monob yuv422p10le p010le rgb48be"""
_SIZES = {
    "dnxhd": "640x360",
    "roqvideo": "512x256",
    "cfhd": "640x368",
    "dvvideo": "720x576",
    "pdv": "400x240",
}
_OPTIONS: dict[str, tuple[str, ...]] = {
    "libaom-av1": ("-cpu-used", "8", "-threads", "1"),
    "librav1e": ("-speed", "10"),
    "libsvtav1": ("-preset", "12", "-svtav1-params", "lp=1"),
    "libvpx": ("-cpu-used", "8", "-deadline", "realtime"),
    "libvpx-vp9": ("-cpu-used", "8", "-deadline", "realtime"),
    "libx264": ("-preset", "ultrafast"),
    "libx265": ("-preset", "ultrafast", "-x265-params", "log-level=none:pools=1"),
    "libvvenc": ("-preset", "faster"),
    "roqvideo": ("-r", "30"),
    "tiff": ("-compression_algo", "deflate"),
}
_DNXHR = {
    "yuv422p": "dnxhr_lb",
    "yuv422p10le": "dnxhr_hqx",
    "yuv444p10le": "dnxhr_444",
    "gbrp10le": "dnxhr_444",
}


class Written(NamedTuple):
    """A file of the corpus."""

    path: Path
    writer: str
    """ "ffmpeg" or "Pillow"."""


def written(ffmpeg: Ffmpeg, folder: Path) -> Iterator[Written]:
    """Write the corpus into `folder`, file by file; what a program refuses to write is omitted.

    Files of an earlier run are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    yield from (Written(path, "ffmpeg") for path in chain(_videos(ffmpeg, folder), _sounds(ffmpeg, folder)))
    yield from (Written(path, "Pillow") for path in _pillow_stills(folder))


def _encoders(ffmpeg: Ffmpeg) -> dict[str, str]:
    """Name -> "V" or "A"."""
    found = re.findall(r"^ ([VA])[A-Z.]{5} (\S+)", _output(ffmpeg, "-encoders"), re.M)
    return {name: kind for kind, name in found if not _HARDWARE.search(name)}


def _formats(ffmpeg: Ffmpeg, encoder: str, kind: str) -> list[str]:
    match = re.search(rf"Supported {kind} formats: (.*)", _output(ffmpeg, "-h", f"encoder={encoder}"))
    return match[1].split() if match else []


def _output(ffmpeg: Ffmpeg, *arguments: str) -> str:
    return subprocess.run([ffmpeg.path, "-hide_banner", *arguments], capture_output=True, text=True).stdout


def _videos(ffmpeg: Ffmpeg, folder: Path) -> Iterator[Path]:
    """Every encoder: its first pixel format in every container, and every pixel format in its first container."""
    for encoder in (name for name, kind in _encoders(ffmpeg).items() if kind == "V"):
        formats = _formats(ffmpeg, encoder, "pixel") or _RAW_FORMATS.split()
        suffixes = [*([_STILLS[encoder]] if encoder in _STILLS else ()), *_VIDEO.split()]
        fitting = ""
        for suffix in suffixes:
            path = folder / f"{encoder}-{formats[0]}.{suffix}"
            if _write_video(ffmpeg, encoder, formats[0], path):
                fitting = fitting or suffix
                yield path
        for pixel_format in formats[1:] if fitting else ():
            path = folder / f"{encoder}-{pixel_format}.{fitting}"
            if _write_video(ffmpeg, encoder, pixel_format, path):
                yield path


def _write_video(ffmpeg: Ffmpeg, encoder: str, pixel_format: str, path: Path) -> bool:
    suffix = path.suffix[1:]
    size, rate = _SIZES.get(encoder, "176x144"), "25"
    options = list(_OPTIONS.get(encoder, ()))
    if encoder == "dnxhd":
        options += ["-profile:v", _DNXHR.get(pixel_format, "dnxhr_444")]
    if encoder == "dvvideo" and pixel_format == "yuv411p":
        size, rate = "720x480", "30000/1001"
    if suffix == _STILLS.get(encoder):
        options += ["-frames:v", "1", "-update", "1", "-f", "image2"]
    elif suffix in _FORMATS:
        options += ["-f", _FORMATS[suffix]]
    source = f"testsrc2=size={size}:rate={rate}:duration={SECONDS}"
    return _write(
        ffmpeg,
        ["-f", "lavfi", "-i", source, "-c:v", encoder, "-pix_fmt", pixel_format, "-b:v", "1M", *options],
        path,
    )


def _sounds(ffmpeg: Ffmpeg, folder: Path) -> Iterator[Path]:
    """Every encoder in every container, and every sample format in its first container."""
    for encoder in (name for name, kind in _encoders(ffmpeg).items() if kind == "A"):
        fitting = ""
        for suffix in _AUDIO.split():
            path = folder / f"sound-{encoder}.{suffix}"
            if _write_sound(ffmpeg, encoder, (), path):
                fitting = fitting or suffix
                yield path
        for sample_format in _formats(ffmpeg, encoder, "sample")[1:] if fitting else ():
            path = folder / f"sound-{encoder}-{sample_format}.{fitting}"
            if _write_sound(ffmpeg, encoder, ("-sample_fmt", sample_format), path):
                yield path


def _write_sound(ffmpeg: Ffmpeg, encoder: str, options: Sequence[str], path: Path) -> bool:
    forced = ("-f", _FORMATS[path.suffix[1:]]) if path.suffix[1:] in _FORMATS else ()
    for channels, rate in ((2, 48000), (1, 48000), (2, 44100), (1, 44100), (1, 16000), (1, 8000)):
        source = f"sine=frequency=440:sample_rate={rate}:duration=0.5"
        arguments = ["-f", "lavfi", "-i", source, "-c:a", encoder, "-ac", str(channels), "-ar", str(rate)]
        if _write(ffmpeg, [*arguments, *options, *forced], path):
            return True
    return False


def _write(ffmpeg: Ffmpeg, arguments: Sequence[str], path: Path) -> bool:
    if path.exists():
        return True
    done = run_ffmpeg(ffmpeg, [*arguments, "-strict", "-2", f"file:{path.absolute()}"], _LIMITS)
    if done.ok and path.exists() and path.stat().st_size:
        return True
    path.unlink(missing_ok=True)
    return False


_MODES = "RGB L 1 P RGBA LA PA CMYK YCbCr LAB HSV I F I;16 I;16B"
_PILLOW_SUFFIXES = {
    "JPEG2000": "jp2",
    "JPEG": "jpg",
    "TIFF": "tif",
    "SPIDER": "spi",
    "PPM": "ppm",
    "PALM": "palm",
}
_NO_PICTURES = {"PDF", "EPS", "GRIB", "BUFR", "HDF5", "WMF"}
"""Pillow writes documents, or needs a library of its own."""


def _pillow_stills(folder: Path) -> Iterator[Path]:
    """Every format of Pillow in every mode that it can write."""
    Image.init()
    gradient = Image.linear_gradient("L").resize((96, 64))
    card = Image.merge("RGB", (gradient, gradient.rotate(180), Image.radial_gradient("L").resize((96, 64))))
    for name in sorted(set(Image.SAVE) - _NO_PICTURES):
        suffix = _PILLOW_SUFFIXES.get(name, name.lower())
        for mode in _MODES.split():
            path = folder / f"pillow-{mode.replace(';', '-')}.{suffix}"
            try:
                picture = (
                    gradient.convert("L").convert("I").convert(mode)
                    if mode.startswith("I;")
                    else card.convert(mode)
                )
                picture.save(path, name)
            except (OSError, ValueError, KeyError, SystemError, TypeError, AttributeError):
                path.unlink(missing_ok=True)
                continue
            if path.exists() and path.stat().st_size:
                yield path
