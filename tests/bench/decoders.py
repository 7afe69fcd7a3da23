"""Everything that ffmpeg and Pillow decode without complaint, against what dampipe makes of it.

The corpus is written here (`tests/support/decodable.py`); folders given by `DECODERS_FOLDERS` in the environment,
separated by colons, are compared as well. `DECODERS_CORPUS` names a folder in which the corpus is kept between runs.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.filetypes import HEAD, RAW_SUFFIXES, is_media, is_media_content
from dampipe.media.probe.prober import Prober
from tests.hostile.judging import Ending, Judge
from tests.support.decodable import FRAMES, SECONDS, Written, written

SECONDS_PER_FILE = 120.0
SIDE = 12
LINEAR = (".exr", ".hdr")
"""Of light: ffmpeg shows the numbers as they are."""
LARGEST_DIFFERENCE = 12.0
"""Mean difference of a poster from what the decoder shows, of 255, at SIDE by SIDE pixels."""

Small: TypeAlias = NDArray[np.float64]


@dataclass
class Result:
    """The comparison of all files."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """Files that others decode without complaint and that are not made, or look different."""
    warned: Counter[str] = field(default_factory=Counter)
    not_taken: Counter[str] = field(default_factory=Counter)
    """By suffix."""


def compare(ffmpeg: Ffmpeg, files: Iterable[Written], folder: Path) -> Result:
    """Judge each file. folder: an empty one for derivatives."""
    result = Result()
    prober = Prober(ffmpeg=ffmpeg.path)
    judge = Judge(ffmpeg, prober, SECONDS_PER_FILE)
    try:
        for path, writer in files:
            decoders = [name for name, decodes in _DECODERS.items() if decodes(ffmpeg, path)]
            if not decoders:
                result.ends["no program decodes it without complaint"] += 1
            elif not _is_taken(path):
                result.ends["not taken for footage, counted as of an unknown kind"] += 1
                result.not_taken[path.suffix] += 1
            else:
                _judge(judge.judge(path, folder), path, decoders, ffmpeg, result, is_made_here=bool(writer))
    finally:
        prober.close()
    return result


def _is_taken(path: Path) -> bool:
    with path.open("rb") as stream:
        return is_media(path.name) and is_media_content(path.name, stream.read(HEAD))


def _judge(
    ending: Ending, path: Path, decoders: list[str], ffmpeg: Ffmpeg, result: Result, is_made_here: bool
) -> None:
    result.ends[ending.state] += 1
    where = f"{path.name} ({', '.join(decoders)})"
    if ending.state not in ("done", "done with a warning"):
        result.faults.append(f"{where}: {ending.state}: {'; '.join(ending.said)}")
        return
    result.warned.update(ending.said)
    if is_made_here and ending.duration is not None:
        length = _ffmpeg_length(ffmpeg, path)
        # ffmpeg's clock leaves out pictures that are shown before the first packet: all that were written is right, too.
        right = {length, SECONDS} if ending.poster is not None else {length}
        if length is not None and all(not _is_as_long(ending.duration, one) for one in right):
            result.faults.append(f"{where}: the proxy is {ending.duration} s long, and not {length} s")
    expected: list[Small] = []
    if is_made_here and path.suffix not in LINEAR:  # footage may be HDR, and frames far apart
        expected = [
            small for name in decoders if name in _PICTURES for small in _PICTURES[name](ffmpeg, path)
        ]
    if expected and ending.poster:
        poster = _small(Image.open(io.BytesIO(ending.poster)))
        difference = min(float(np.abs(poster - small).mean()) for small in expected)
        if difference > LARGEST_DIFFERENCE:
            result.faults.append(f"{where}: its poster differs by {difference:.0f} of 255")


def _is_as_long(duration: float, other: float | None) -> bool:
    return other is not None and abs(duration - other) <= 0.1 + 0.02 * other


def _small(picture: Image.Image) -> Small:
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX), float)


def _ffmpeg_decodes(ffmpeg: Ffmpeg, path: Path) -> bool:
    command = [ffmpeg.path, "-v", "error", "-nostdin", "-i", f"file:{path}", "-f", "null", "-"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS_PER_FILE)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and not done.stderr.strip()


def _ffmpeg_length(ffmpeg: Ffmpeg, path: Path) -> float | None:
    """Seconds until the end of what it decodes."""
    command = [ffmpeg.path, "-nostdin", "-i", f"file:{path}", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS_PER_FILE)
    found = re.findall(rb"time=(\d+):(\d+):([\d.]+)", done.stderr)
    if not found:
        return None
    hours, minutes, seconds = map(float, found[-1])
    return 3600 * hours + 60 * minutes + seconds


def _ffmpeg_pictures(ffmpeg: Ffmpeg, path: Path) -> list[Small]:
    """The first frames: the poster is one of them. On white, where they are transparent, and without transparency."""
    scaled = f"[0:v]scale={4 * SIDE}:{4 * SIDE}:flags=area"
    white = "[a]drawbox=t=fill:c=white:replace=1[w];[w][b]overlay,format=rgb24[c]"
    graph = f"{scaled},format=rgba,split=3[a][b][d];{white};[d]format=rgb24[e];[c][e]interleave"
    command = [ffmpeg.path, "-v", "error", "-nostdin", "-i", f"file:{path}", "-filter_complex", graph]
    command += ["-frames:v", str(2 * FRAMES), "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    pixels = subprocess.run(command, capture_output=True, timeout=SECONDS_PER_FILE).stdout
    size = 48 * SIDE * SIDE
    frames = [pixels[start : start + size] for start in range(0, len(pixels) - size + 1, size)]
    return [_small(Image.frombytes("RGB", (4 * SIDE, 4 * SIDE), frame)) for frame in frames]


def _pillow(path: Path) -> Image.Image | None:
    if path.suffix.lower() in RAW_SUFFIXES:  # Pillow shows the thumbnail
        return None
    try:
        with Image.open(path) as picture:
            picture.load()
            return ImageOps.exif_transpose(picture)
    except Exception:
        return None


def _pillow_decodes(ffmpeg: Ffmpeg, path: Path) -> bool:
    return _pillow(path) is not None


def _pillow_pictures(ffmpeg: Ffmpeg, path: Path) -> list[Small]:
    picture = _pillow(path)
    if picture is None or picture.mode in ("F", "I"):
        return []
    if picture.mode.startswith("I;16"):
        return [_small(Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)))]
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return [_small(Image.alpha_composite(white, rgba))]


def _libraw_decodes(ffmpeg: Ffmpeg, path: Path) -> bool:
    if path.suffix.lower() not in RAW_SUFFIXES:
        return False
    import rawpy

    try:
        with rawpy.imread(str(path)) as raw:
            raw.postprocess(half_size=True)
    except rawpy.LibRawError:
        return False
    return True


_DECODERS = {"ffmpeg": _ffmpeg_decodes, "Pillow": _pillow_decodes, "LibRaw": _libraw_decodes}
_PICTURES: dict[str, Callable[[Ffmpeg, Path], list[Small]]] = {
    "ffmpeg": _ffmpeg_pictures,
    "Pillow": _pillow_pictures,
}


def files_in(folders: Iterable[Path]) -> Iterator[Written]:
    """Files that were not made here."""
    for folder in folders:
        yield from (Written(path, "") for path in sorted(folder.iterdir()) if path.is_file())


def main() -> None:
    """Print how files ended; exits with 1 if one that others decode is not made."""
    ffmpeg = find_ffmpeg()
    folders = [Path(name) for name in os.environ.get("DECODERS_FOLDERS", "").split(":") if name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        kept = os.environ.get("DECODERS_CORPUS")
        corpus = Path(kept) if kept else Path(place) / "corpus"
        if kept and corpus.is_dir() and any(corpus.iterdir()):  # of an earlier run
            files: Iterable[Written] = (
                Written(path, "Pillow" if path.name.startswith("pillow-") else "ffmpeg")
                for path in sorted(corpus.iterdir())
            )
        else:
            files = written(ffmpeg, corpus)
        derivatives = Path(place) / "derivatives"
        derivatives.mkdir()
        result = compare(ffmpeg, [*files, *files_in(folders)], derivatives)
    print(f"\nDecoders: {result.ends.total()} files, {time.monotonic() - began:.0f} s")
    for end, number in sorted(result.ends.items()):
        print(f"  {end:<60} {number:5}")
    for title, counter in (("not taken", result.not_taken), ("warning", result.warned)):
        for text, number in counter.most_common():
            print(f"  {title}: {text} ({number})")
    print("\n".join(f"  FAULT: {fault}" for fault in result.faults) or "  all that others decode is made")
    if result.faults:
        sys.exit(1)
