"""The two passes: preview against proxy, both against a bare proxy, against separate calls, against peers.

`separate` are the calls that a script would make for poster, strip, frames and proxy, each opening the
file anew; ours makes shots and a waveform besides. What peers run is in `peers.py`.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.preview.maker import Pictures, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import NICE, ProxyMaker
from dampipe.media.recipes import PreviewRecipe, ProxyRecipe
from tests.bench import footage
from tests.bench.cpu import in_turn, ratio, table

OUTPUT = ("-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-maxrate", "6M", "-bufsize", "12M")
SOUND = ("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000")
KEYS = ("-force_key_frames", "expr:gte(t,n_forced*2)")
SMALL = "scale=-2:720:out_range=tv,format=yuv420p"


def main() -> None:
    """Print processor seconds and ratios for every clip."""
    ffmpeg = find_ffmpeg()
    for name in footage.CLIPS:
        with tempfile.TemporaryDirectory(dir=footage.PLACE) as place:
            folder = Path(place)
            clip = footage.make(ffmpeg.path, name, folder)
            seconds = in_turn(contenders(ffmpeg, clip, folder), warm=False)
            table(footage.described(name, clip), seconds)
            both = [a + b for a, b in zip(seconds["preview"], seconds["proxy"], strict=True)]
            ratio("preview / proxy", seconds["preview"], seconds["proxy"], "<= 0.05")
            ratio("preview + proxy / bare proxy", both, seconds["bare proxy"], "<= 1.06")
            wanted = ">= 1.6" if "1080p H" in name else ">= 2.0"
            ratio("separate calls / preview + proxy", seconds["separate calls"], both, wanted)


def contenders(ffmpeg: Ffmpeg, clip: Path, folder: Path) -> dict[str, Callable[[], object]]:
    """Ours, the bare proxy, and the separate calls; each writes into a folder of its own."""
    preview, proxy = ours(ffmpeg, clip, folder)
    return {
        "preview": preview,
        "proxy": proxy,
        "bare proxy": lambda: call(ffmpeg, clip, folder, bare_proxy(), nice=NICE),
        "separate calls": lambda: [call(ffmpeg, clip, folder, words, nice=NICE) for words in separate()],
    }


def ours(
    ffmpeg: Ffmpeg, clip: Path, folder: Path, recipe: ProxyRecipe | None = None
) -> tuple[Callable[[], object], Callable[[], object]]:
    """(preview, proxy) as the stages call them, in software."""
    prober = Prober()
    media = prober.probe(str(clip))
    previews = PreviewMaker(ffmpeg, PreviewRecipe(), keep_all, prober=prober)
    proxies = ProxyMaker(ffmpeg, recipe or ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the bench")])
    return (
        lambda: previews.make(str(clip), media, fresh(folder / "preview")),
        lambda: proxies.make(str(clip), media, fresh(folder / "proxy")),
    )


def keep_all(pictures: Pictures, times: list[float]) -> list[tuple[int, int]]:
    """Every frame, of one shot."""
    return [(row, 0) for row in range(len(times))]


def bare_proxy() -> list[str]:
    """The proxy and nothing else, as one would type it."""
    return ["-vf", SMALL, *OUTPUT, *KEYS, *SOUND, "-movflags", "+faststart", "proxy.mp4"]


def separate() -> list[list[str]]:
    """A call for each."""
    frames = "fps=1/2,scale=224:224:force_original_aspect_ratio=increase,crop=224:224,format=rgb24"
    return [
        bare_proxy(),
        ["-an", "-vf", f"fps=1/2,{SMALL},thumbnail=n=20", "-frames:v", "1", "-update", "1", "poster.jpg"],
        ["-an", "-vf", "fps=1/2,scale=160:90,tile=10x20", "-frames:v", "1", "-update", "1", "sprite.jpg"],
        ["-an", "-vf", frames, "-f", "rawvideo", "frames.rgb"],
    ]


def call(
    ffmpeg: Ffmpeg, clip: Path, folder: Path, words: Sequence[str], before: Sequence[str] = (), nice: int = 0
) -> None:
    """One ffmpeg over the clip; `before` goes before the input.

    nice: as ours is at the same work; on a shared machine whoever yields more often uses more processor time.
    """
    arguments = [ffmpeg.path, "-nostdin", "-v", "error", "-y", *before, "-i", str(clip), *words]
    subprocess.run(["nice", "-n", str(nice), *arguments], cwd=fresh(folder / "calls"), check=True)


def fresh(folder: Path) -> Path:
    """The same folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
