"""Immich's and MediaCMS's own commands for the same file, against our two passes, which make more.

As their sources build them (Immich: two thumbnails and a transcode, software; MediaCMS: checksum, probe,
thumbnail, sprites, and a rendition for each height up to the source's). Uploading, databases, queues and
MediaCMS's streaming packages are left out of theirs.

Beside them the floor: what one ffmpeg takes that decodes the file, scales it to 720p and encodes it as fast
as x264 can, which is in any proxy made with such settings.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from dampipe.kernel.stage_io import SourceFile
from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.hashing import sha1_file
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import NICE
from dampipe.media.recipes import ProxyRecipe
from tests.bench import footage
from tests.bench.cpu import Taken, both_in_turn, ratio, table
from tests.bench.passes import call, ours

HEIGHTS = (144, 240, 360, 480, 720, 1080)
NAMES = ("1080p H.264",)
FASTEST = ("-preset", "ultrafast", "-crf", "23")
"""Immich's settings of x264."""


def main() -> None:
    """Print seconds and ratios."""
    ffmpeg = find_ffmpeg()
    for name in NAMES:
        with tempfile.TemporaryDirectory(dir=footage.PLACE) as place:
            folder = Path(place)
            clip = footage.make(ffmpeg.path, name, folder)
            steps = both_in_turn(contenders(ffmpeg, clip, folder), warm=False)
            steps |= {
                "dampipe, all": added(steps, "dampipe, can be found", "dampipe, proxy"),
                "the same, ultrafast": added(steps, "dampipe, can be found", "dampipe, proxy ultrafast"),
                "Immich, all": added(steps, "Immich, can be found", "Immich, transcode"),
            }
            cpu = {step: [taken.cpu for taken in values] for step, values in steps.items()}
            wall = {step: [taken.wall for taken in values] for step, values in steps.items()}
            table(f"{footage.described(name, clip)}: what is done with a file", cpu, wall)
            for seconds in (cpu, wall):
                print("  by the processor:" if seconds is cpu else "  by the clock:")
                ratio("Immich / dampipe, all", seconds["Immich, all"], seconds["dampipe, all"], ">= 2")
                ratio("MediaCMS / dampipe, all", seconds["MediaCMS, all"], seconds["dampipe, all"], ">= 2")
                found = seconds["Immich, can be found"], seconds["dampipe, can be found"]
                ratio("Immich / dampipe, can be found", *found)
                ratio(
                    "Immich / dampipe ultrafast, all", seconds["Immich, all"], seconds["the same, ultrafast"]
                )
                ratio("dampipe ultrafast, all / the floor", seconds["the same, ultrafast"], seconds["floor"])
                ratio("Immich, all / the floor", seconds["Immich, all"], seconds["floor"])


def contenders(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> Mapping[str, Callable[[], object]]:
    """The steps of ours and theirs; each writes into a folder of its own."""
    preview, proxy = ours(ffmpeg, clip, folder)
    _, quick_proxy = ours(ffmpeg, clip, folder, ProxyRecipe(preset="ultrafast"))
    prober = Prober()

    def found() -> None:
        there = clip.stat()
        sha1_file(SourceFile(location=0, path=str(clip), size=there.st_size, mtime_ns=there.st_mtime_ns))
        prober.probe(str(clip))
        preview()

    floor = ["-map", "0:v:0", "-vf", "scale=-2:720", "-c:v", "libx264", *FASTEST, "o.mp4"]
    return {
        "dampipe, can be found": found,
        "Immich, can be found": lambda: immich_found(ffmpeg, clip, folder),
        "dampipe, proxy": proxy,
        "dampipe, proxy ultrafast": quick_proxy,
        "Immich, transcode": lambda: immich_transcode(ffmpeg, clip, folder),
        "floor": lambda: call(ffmpeg, clip, folder, floor, nice=NICE),
        "decoding alone": lambda: call(ffmpeg, clip, folder, ["-map", "0:v:0", "-f", "null", "-"], nice=NICE),
        "MediaCMS, all": lambda: media_cms(ffmpeg, clip, folder),
    }


def added(steps: Mapping[str, list[Taken]], one: str, other: str) -> list[Taken]:
    """Two steps as one, round by round."""
    return [Taken(a.cpu + b.cpu, a.wall + b.wall) for a, b in zip(steps[one], steps[other], strict=True)]


def immich_found(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> None:
    """Checksum, probe, thumbnails: what its search needs."""
    checksum(clip)
    probe(ffmpeg, clip)
    select = r"select=gt(scene\,0.1)-eq(prev_selected_n\,n)+isnan(prev_selected_n)+gt(n\,20)"
    scale = "scale=-2:{}:flags=lanczos+accurate_rnd+full_chroma_int:out_range=pc"
    start = "fps=12:start_time=0:eof_action=pass:round=down,thumbnail=12"
    for height, picture in ((1440, "p.jpeg"), (250, "p.webp")):
        graph = f"{start},{select},trim=end_frame=2,reverse,{scale.format(height)}"
        before = ["-skip_frame", "nointra", "-sws_flags", "accurate_rnd+full_chroma_int"]
        words = ["-fps_mode", "vfr", "-frames:v", "1", "-update", "1", "-vf", graph, picture]
        call(ffmpeg, clip, folder, words, before)


def immich_transcode(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> None:
    """Its proxy; the sound is copied."""
    copied = ["-c:v", "h264", "-c:a", "copy", "-map", "0:0", "-map_metadata", "-1", "-map", "0:1"]
    others = ["-movflags", "faststart", "-fps_mode", "passthrough", "-vf", "scale=-2:720", "o.mp4"]
    call(ffmpeg, clip, folder, [*copied, *FASTEST, *others], nice=NICE)


def media_cms(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> None:
    """Checksum, probe, thumbnail, sprites, renditions."""
    subprocess.run(["md5sum", str(clip)], stdout=subprocess.DEVNULL, check=True)
    probe(ffmpeg, clip)
    call(ffmpeg, clip, folder, ["-vframes", "1", "t.jpg"], ["-ss", "3"])
    call(ffmpeg, clip, folder, ["-f", "image2", "-vf", "fps=1/10, scale=160:90", "img%03d.jpg"])
    for height in HEIGHTS:
        video = ["-vf", f"scale=-2:{height}", "-c:v", "libx264", "-preset", "medium", "-crf", "23"]
        call(ffmpeg, clip, folder, [*video, "-c:a", "aac", "-b:a", "128k", "r.mp4"], nice=NICE)


def checksum(clip: Path) -> None:
    """SHA-1, by the fastest program there is."""
    subprocess.run(["openssl", "dgst", "-sha1", str(clip)], stdout=subprocess.DEVNULL, check=True)


def probe(ffmpeg: Ffmpeg, clip: Path) -> None:
    """What ffprobe tells; where there is none, `ffmpeg -i`, which is no slower."""
    ffprobe = shutil.which("ffprobe")
    words = [ffprobe, "-v", "error", "-show_format", "-show_streams"] if ffprobe else [ffmpeg.path, "-i"]
    subprocess.run([*words, str(clip)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
