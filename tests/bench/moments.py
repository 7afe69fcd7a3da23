"""Text to moment: clips whose shots are known, found by captions; against one frame a video, as Immich has it."""

import tempfile
from collections.abc import Iterator
from itertools import islice
from math import ceil
from pathlib import Path

import numpy as np

from dampipe.features.search.model import SearchRequest
from dampipe.features.search.pictures import QueryPictures
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import LOCAL
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.probe.prober import Prober
from dampipe.storage.auto import AutoStorage
from dampipe.vision.clip import ClipEmbedder
from dampipe.vision.tiny.drawing import Scene, captions, scenes
from tests.support.searching import search_services
from tests.support.versions import SCENE_RATE, Versions, scene_clip

CLIPS = 60
NEAR = 1.0
"""Seconds by which the moment may miss the first frame of the shot."""

IMMICH = (
    "fps=12:start_time=0:eof_action=pass:round=down,thumbnail=12,"
    "select=gt(scene\\,0.1)-eq(prev_selected_n\\,n)+isnan(prev_selected_n)+gt(n\\,20),trim=end_frame=2,reverse,"
    "scale=-2:1440:flags=lanczos+accurate_rnd+full_chroma_int:out_range=pc"
)
"""The filter of Immich's thumbnail, the one picture of a video that it embeds."""


def main() -> None:
    """Print how often each finds the clip and the second."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        ours, second, theirs, count = measure(Path(name), CLIPS)
    print(f"\n{count} captions, one a shot of {CLIPS} clips of two to four shots, model tiny")
    print(f"  dampipe: right clip first {ours:.3f}, and the time within {NEAR:g} s {second:.3f}")
    print(f"  one frame a video (Immich's thumbnail): right clip first {theirs:.3f}", flush=True)


def measure(folder: Path, count: int) -> tuple[float, float, float, int]:
    """Shares of captions: the right clip first, its time within a second as well, the same by one frame; captions."""
    embedder = ClipEmbedder("tiny", device="cpu")
    library = Versions(folder, embedder)
    rng = np.random.default_rng(21)
    shown: dict[str, list[tuple[float, Scene]]] = {}
    single = []
    pictures_of = QueryPictures(Prober)
    for number, scenes_ in enumerate(islice(_groups(rng), count)):
        seconds = rng.uniform(1.5, 6.0, len(scenes_)).round(2).tolist()
        clip = scene_clip(library.ffmpeg, folder / f"clip{number}.mp4", scenes_, seconds, rng)
        library.take_in(clip)
        starts = [first_frame(sum(seconds[:at])) for at in range(len(seconds))]
        shown[clip.name] = list(zip(starts, scenes_, strict=True))
        picture = pictures_of.read(thumbnail(library.ffmpeg, clip).read_bytes(), embedder.spec)
        single.append(embedder.pictures(picture)[0])
    services = search_services(library.catalog, AutoStorage(library.catalog, None), lambda: embedder)
    search = services.get(SearchService)
    right = near = alone = total = 0
    pictures = np.array(single)
    for number, (clip_name, shots) in enumerate(shown.items()):
        for start, scene in shots:
            text = captions(*scene)[0]
            [hit] = search.find(LOCAL, SearchRequest(words=text, limit=1, only="vision")).hits
            total += 1
            right += hit.name == clip_name
            near += hit.name == clip_name and abs(hit.moments[0].time - start) <= NEAR + 1e-3
            alone += int((pictures @ embedder.words([text])[0]).argmax()) == number
    library.close()
    return right / total, near / total, alone / total, total


def first_frame(seconds: float) -> float:
    """When the first frame is shown that is not before this time: a scene begins on a frame of the clip."""
    return ceil(seconds * SCENE_RATE - 1e-6) / SCENE_RATE


def _groups(rng: np.random.Generator) -> Iterator[list[Scene]]:
    """Two to four scenes at a time, none twice."""
    everything = list(scenes())
    order = iter(rng.permutation(len(everything)).tolist())
    while group := [everything[at] for at in islice(order, int(rng.integers(2, 5)))]:
        yield group


def thumbnail(ffmpeg: Ffmpeg, clip: Path) -> Path:
    """The picture that Immich would embed."""
    made = clip.with_suffix(".jpeg")
    flags = ["-skip_frame", "nointra", "-sws_flags", "accurate_rnd+full_chroma_int", "-i", f"file:{clip}"]
    out = ["-fps_mode", "vfr", "-frames:v", "1", "-update", "1", "-vf", IMMICH, f"file:{made}"]
    ended = run_ffmpeg(ffmpeg, [*flags, *out], Limits(seconds=120))
    assert ended.ok and made.is_file(), ended.stderr
    return made
