"""The matrix of samples: one small generated file for every kind of footage, for tests and benchmarks.

Every moving picture is the same test card, which changes with every frame, at 25 frames per second for two
seconds; at `FLASH` it is white for four frames, and the sound, if any, has a tone during the flash.
"""

import fcntl
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

LIMITS = Limits(seconds=120)
SECONDS = 2.0
FLASH = 1.2
FLASH_SECONDS = 0.16
_FLASHING = f"between(t,{FLASH - 0.001},{FLASH + FLASH_SECONDS - 0.021})"
PICTURE = (
    "testsrc2=size=320x180:rate=25:duration=2,"
    f"drawbox=color=white:thickness=fill:enable='{_FLASHING}',format=yuv444p"
)
TONE = (
    f"sine=frequency=1000:sample_rate=48000:duration=2,"
    f"volume='if(between(t,{FLASH},{FLASH + FLASH_SECONDS}),8,0)':eval=frame,aresample=48000,asetnsamples=480"
)
_GOP = ("-g", "25")
_X264 = ("-c:v", "libx264", "-preset", "veryfast", *_GOP)
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", *_GOP, "-x265-params")
_QUIET = "log-level=none"


def _tagged(space: str, transfer: str, primaries: str, depth: str = "yuv420p10le") -> str:
    return f"format={depth},setparams=colorspace={space}:color_trc={transfer}:color_primaries={primaries}:range=tv"


class Sample(NamedTuple):
    """The recipe of one file."""

    inputs: str
    """ "v" a picture, "a" a sound track, "s" silence, "d" telemetry; each in the order of the streams."""
    options: tuple[str, ...]
    size: tuple[int, int] = (320, 180)
    """Of the upright picture in square pixels, even: the size of a proxy of it."""


MATRIX: dict[str, Sample] = {
    "h264.mp4": Sample("va", (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac")),
    "h264-10.mp4": Sample("v", (*_X264, "-pix_fmt", "yuv420p10le")),
    "h264-422.mkv": Sample("v", (*_X264, "-pix_fmt", "yuv422p")),
    "h264-full-range.mp4": Sample("v", (*_X264, "-vf", "scale=out_range=pc", "-pix_fmt", "yuvj420p")),
    "hevc10.mp4": Sample("v", (*_X265, _QUIET, "-pix_fmt", "yuv420p10le")),
    "hevc12-444.mp4": Sample("v", (*_X265, _QUIET, "-pix_fmt", "yuv444p12le")),
    "hlg.mp4": Sample("v", ("-vf", _tagged("bt2020nc", "arib-std-b67", "bt2020"), *_X265, _QUIET)),
    "pq.mp4": Sample("v", ("-vf", _tagged("bt2020nc", "smpte2084", "bt2020"), *_X265, _QUIET)),
    "vp9.webm": Sample(
        "va", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "yuv420p", *_GOP, "-c:a", "libopus")
    ),
    "av1.mp4": Sample(
        "v", ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1", "-pix_fmt", "yuv420p", *_GOP)
    ),
    "av1-10.mkv": Sample(
        "v",
        ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1", "-pix_fmt", "yuv420p10le", *_GOP),
    ),
    "prores.mov": Sample("va", ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s16le")),
    "prores4444.mov": Sample("v", ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le")),
    "dnxhr.mov": Sample(
        "va",
        (
            *("-vf", "scale=640:360", "-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p"),
            *("-c:a", "pcm_s24le", "-timecode", "10:20:30:12"),
        ),
        (640, 360),
    ),
    "dnxhr-444.mxf": Sample(
        "v",
        ("-vf", "scale=640:360", "-c:v", "dnxhd", "-profile:v", "dnxhr_444", "-pix_fmt", "yuv444p10le"),
        (640, 360),
    ),
    "mjpeg.avi": Sample("va", ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le")),
    "mpeg2.ts": Sample("va", ("-c:v", "mpeg2video", "-b:v", "2M", "-pix_fmt", "yuv420p", "-c:a", "mp2")),
    "mpeg2-mono.mxf": Sample(
        "vaass",
        (
            *("-c:v", "mpeg2video", "-b:v", "2M", "-pix_fmt", "yuv422p", "-c:a", "pcm_s16le"),
            *("-timecode", "23:59:59:10"),
        ),
    ),
    "surround.mkv": Sample(
        "va", (*_X264, "-pix_fmt", "yuv420p", "-af", "aformat=channel_layouts=5.1", "-c:a", "flac")
    ),
    "silence.mov": Sample("vs", (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac")),
    "telemetry.ts": Sample("vda", (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac", "-c:d", "copy")),
    "odd-size.mkv": Sample("v", ("-vf", "scale=319:179", "-c:v", "ffv1", "-pix_fmt", "yuv444p"), (318, 178)),
    "anamorphic.mp4": Sample("v", ("-vf", "setsar=2", *_X264, "-pix_fmt", "yuv420p"), (640, 180)),
    "dv.avi": Sample(
        "va",
        ("-vf", "scale=720:576,setsar=16/15", "-c:v", "dvvideo", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"),
        (768, 576),
    ),
    "interlaced.mpg": Sample(
        "v", ("-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p")
    ),
    "long-gop.mp4": Sample("v", (*_X264[:4], "-pix_fmt", "yuv420p", "-g", "999", "-sc_threshold", "0")),
    "vfr.mkv": Sample(
        "va",
        (
            *("-vf", "select='not(mod(n,3))+between(n,20,40)'", "-fps_mode", "vfr", *_X264),
            *("-pix_fmt", "yuv420p", "-c:a", "libopus"),
        ),
    ),
    "one-frame.mp4": Sample("v", ("-frames:v", "1", *_X264, "-pix_fmt", "yuv420p")),
    "moving.gif": Sample("v", ("-r", "10")),
    "audio-only.m4a": Sample("a", ("-c:a", "aac")),
    "audio-only.wav": Sample("a", ()),
    "audio-only.mp3": Sample("a", ("-c:a", "libmp3lame")),
    "still.png": Sample("v", ("-frames:v", "1", "-update", "1")),
    "still.jpg": Sample("v", ("-frames:v", "1", "-update", "1")),
    "still.webp": Sample("v", ("-frames:v", "1", "-c:v", "libwebp")),
    "still.tiff": Sample("v", ("-frames:v", "1", "-update", "1")),
    "still.bmp": Sample("v", ("-frames:v", "1", "-update", "1")),
    "still.avif": Sample(
        "v", ("-frames:v", "1", "-c:v", "libsvtav1", "-pix_fmt", "yuv420p", "-svtav1-params", "lp=1")
    ),
}
"""Name -> recipe. `rotated.mov` is "h264.mp4" with another display matrix."""


def make_matrix(ffmpeg: Ffmpeg, folder: Path, samples: Mapping[str, Sample] = MATRIX) -> dict[str, Path]:
    """Write the files into `folder`; formats that this ffmpeg cannot encode are omitted."""
    folder.mkdir(parents=True, exist_ok=True)
    telemetry = folder / "telemetry.bin"
    telemetry.write_bytes(b"GPMF" * 500)
    sources = {
        "v": ("-f", "lavfi", "-i", PICTURE),
        "a": ("-f", "lavfi", "-i", TONE),
        "s": ("-f", "lavfi", "-t", "2", "-i", "anullsrc=channel_layout=mono:sample_rate=48000"),
        "d": ("-f", "data", "-i", f"file:{telemetry}"),
    }
    made: dict[str, Path] = {}
    for name, sample in samples.items():
        inputs = [word for kind in sample.inputs for word in sources[kind]]
        maps = [word for n in range(len(sample.inputs)) for word in ("-map", str(n))]
        path = folder / name
        if run_ffmpeg(ffmpeg, [*inputs, *maps, *sample.options, f"file:{path.absolute()}"], LIMITS).ok:
            made[name] = path
        else:
            path.unlink(missing_ok=True)
    telemetry.unlink()
    if "h264.mp4" in made:
        path = folder / "rotated.mov"
        turned = ("-display_rotation:v:0", "-90", "-i", f"file:{made['h264.mp4'].absolute()}")
        if run_ffmpeg(ffmpeg, [*turned, "-c", "copy", f"file:{path.absolute()}"], LIMITS).ok:
            made[path.name] = path
    return made


def shared_matrix(ffmpeg: Ffmpeg, folder: Path) -> dict[str, Path]:
    """The files, which the first process that asks for this folder makes; the others wait for them."""
    names = folder / "names.json"
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not names.exists():
            names.write_text(json.dumps(list(make_matrix(ffmpeg, folder))))
    return {name: folder / name for name in json.loads(names.read_text())}
