"""Immich's and MediaCMS's own commands for the same file, against our two passes, which make more.

As their sources build them (Immich: two thumbnails and a transcode, software; MediaCMS: checksum, probe,
thumbnail, sprites, and a rendition for each height up to the source's). Uploading, databases, queues and
MediaCMS's streaming packages are left out of theirs.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from dampipe.domain.assets import SourceFile
from dampipe.media.ffmpeg import Ffmpeg, find_ffmpeg
from dampipe.media.hashing import sha1_file
from dampipe.media.probing import Prober
from tests.bench import footage
from tests.bench.cpu import in_turn, ratio, table
from tests.bench.passes import call, ours

HEIGHTS = (144, 240, 360, 480, 720, 1080)
NAMES = ("1080p H.264",)


def main() -> None:
    """Print processor seconds and ratios."""
    ffmpeg = find_ffmpeg()
    for name in NAMES:
        with tempfile.TemporaryDirectory(dir="/tmp") as place:
            folder = Path(place)
            clip = footage.make(ffmpeg.path, name, folder)
            preview, proxy = ours(ffmpeg, clip, folder)
            prober = Prober()

            def everything(clip: Path = clip, prober: Prober = prober) -> None:
                there = clip.stat()
                sha1_file(
                    SourceFile(location=0, path=str(clip), size=there.st_size, mtime_ns=there.st_mtime_ns)
                )
                prober.probe(str(clip))
                preview()  # noqa: B023
                proxy()  # noqa: B023

            seconds = in_turn(
                {
                    "dampipe": everything,
                    "Immich": lambda: immich(ffmpeg, clip, folder),  # noqa: B023
                    "MediaCMS": lambda: media_cms(ffmpeg, clip, folder),  # noqa: B023
                },
                warm=False,
            )
            table(f"{footage.described(name, clip)}: all that is done with a file", seconds)
            ratio("Immich / dampipe", seconds["Immich"], seconds["dampipe"], ">= 2")
            ratio("MediaCMS / dampipe", seconds["MediaCMS"], seconds["dampipe"], ">= 2")


def immich(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> None:
    """Checksum, probe, thumbnails, transcode."""
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
    copied = ["-c:v", "h264", "-c:a", "copy", "-map", "0:0", "-map_metadata", "-1", "-map", "0:1"]
    quality = ["-preset", "ultrafast", "-crf", "23", "-movflags", "faststart", "-fps_mode", "passthrough"]
    call(ffmpeg, clip, folder, [*copied, *quality, "-vf", "scale=-2:720", "o.mp4"])


def media_cms(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> None:
    """Checksum, probe, thumbnail, sprites, renditions."""
    subprocess.run(["md5sum", str(clip)], stdout=subprocess.DEVNULL, check=True)
    probe(ffmpeg, clip)
    call(ffmpeg, clip, folder, ["-vframes", "1", "t.jpg"], ["-ss", "3"])
    call(ffmpeg, clip, folder, ["-f", "image2", "-vf", "fps=1/10, scale=160:90", "img%03d.jpg"])
    for height in HEIGHTS:
        video = ["-vf", f"scale=-2:{height}", "-c:v", "libx264", "-preset", "medium", "-crf", "23"]
        call(ffmpeg, clip, folder, [*video, "-c:a", "aac", "-b:a", "128k", "r.mp4"])


def checksum(clip: Path) -> None:
    """SHA-1, by the fastest program there is."""
    subprocess.run(["openssl", "dgst", "-sha1", str(clip)], stdout=subprocess.DEVNULL, check=True)


def probe(ffmpeg: Ffmpeg, clip: Path) -> None:
    """What ffprobe tells; where there is none, `ffmpeg -i`, which is no slower."""
    ffprobe = shutil.which("ffprobe")
    words = [ffprobe, "-v", "error", "-show_format", "-show_streams"] if ffprobe else [ffmpeg.path, "-i"]
    subprocess.run([*words, str(clip)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
