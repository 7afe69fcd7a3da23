"""Clips whose time stamps are not what a header suggests: late, joined, cut short, of variable rate."""

import struct
from pathlib import Path

import av

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p")


def run(ffmpeg: Ffmpeg, *arguments: str) -> None:
    """Run ffmpeg, which must succeed."""
    ended = run_ffmpeg(ffmpeg, arguments, Limits(seconds=120))
    assert ended.ok, ended.stderr


def clip(
    ffmpeg: Ffmpeg, path: Path, *options: str, seconds: float = 6, rate: str = "25", sound: bool = True
) -> Path:
    """A test picture with a tone, each of `seconds`."""
    inputs = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={rate}:duration={seconds}"]
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
    run(ffmpeg, *inputs, *(options or X264), f"file:{path}")
    return path


def copy(ffmpeg: Ffmpeg, source: Path, path: Path, *options: str, before: tuple[str, ...] = ()) -> Path:
    """Another container of the same packets. options: of the output; before: of the input."""
    run(ffmpeg, *before, "-i", f"file:{source}", "-c", "copy", *options, f"file:{path}")
    return path


def shifted(
    ffmpeg: Ffmpeg,
    source: Path,
    path: Path,
    *,
    picture: float = 0,
    sound: float = 0,
    options: tuple[str, ...] = (),
) -> Path:
    """The same packets with picture and sound that start at these seconds."""
    inputs = [
        "-itsoffset",
        str(picture),
        "-i",
        f"file:{source}",
        "-itsoffset",
        str(sound),
        "-i",
        f"file:{source}",
    ]
    run(ffmpeg, *inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", *options, f"file:{path}")
    return path


def joined(path: Path, *parts: Path) -> Path:
    """Files one after another, as `cat` joins recordings."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def lying_avi(path: Path, seconds: int) -> Path:
    """Let the header of an AVI give another duration."""
    content = bytearray(path.read_bytes())
    header = content.index(b"avih") + 8
    per_frame = struct.unpack_from("<I", content, header)[0] / 1e6
    struct.pack_into("<I", content, header + 16, round(seconds / per_frame))
    at = content.find(b"strh")
    while at >= 0:
        scale, rate = struct.unpack_from("<II", content, at + 8 + 20)
        struct.pack_into("<I", content, at + 8 + 32, seconds * rate // scale)
        at = content.find(b"strh", at + 4)
    path.write_bytes(content)
    return path


def frame_times(path: Path) -> list[float]:
    """The time stamps, in seconds, of all pictures in the order in which they are shown; nothing is subtracted."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        stamps = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
        return sorted(float(stamp * stream.time_base) for stamp in stamps)
