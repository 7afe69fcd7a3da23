"""The proxy pass: the one full decode, into a light copy, the exact shots and the waveform."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from dampipe.kernel.errors import BadMedia, Unavailable
from dampipe.media.audio import peaks
from dampipe.media.ffmpeg import inputs as opening
from dampipe.media.ffmpeg import picture_filters as picture
from dampipe.media.ffmpeg import salvage
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Ended, Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.fallback import SharedState, Tried, first_that_works
from dampipe.media.hwaccel.families import PRORES
from dampipe.media.hwaccel.plans import IN_SOFTWARE, Plan, proxy_plans
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.integrity import cut_short, damage
from dampipe.media.outputs import LONGEST, DerivativeKind, MadeFile
from dampipe.media.preview import shots
from dampipe.media.proxy.graph import ProxyGraph
from dampipe.media.recipes import ProxyRecipe

PROXY_NAME = "proxy"
"""Without its suffix: .mp4 or .mov."""
NICE = 10
PRORES_BITRATE = 300_000
"""kbit/s; ProRes Proxy has no limit of its own, this is about 8K's and bounds the file."""


@dataclass(frozen=True)
class MadeProxy:
    """What one proxy pass made."""

    file: MadeFile | None = None
    """None for stills."""
    waveform: MadeFile | None = None
    """None without sound."""
    shots: tuple[float, ...] = ()
    """When shots start, in seconds; the first is 0.0. () without a moving picture."""
    plan: str = ""
    """Who made it: a family of hardware ("nvidia", "nvidia-decode", "nvidia-encode"), "software", or "sound"."""
    duration: float | None = None
    """Seconds of footage in the proxy."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    warnings: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[MadeFile, ...]:
        """All files."""
        return tuple(file for file in (self.file, self.waveform) if file is not None)


class Along(Protocol):
    """What else is made in the same run of ffmpeg."""

    def outputs(self, plan: Plan) -> list[Any]:
        """Outputs (ffmpeg-python's) over the same input, as `plan` decodes it; asked for at every attempt."""

    def ended(self, ended: Ended) -> None:
        """An attempt is over."""


class ProxyMaker:
    """Makes proxies by one recipe, with the best encoder that works."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        recipe: ProxyRecipe,
        accelerations: Sequence[Acceleration],
        limits: Limits | None = None,
        machine: SharedState | None = None,
    ) -> None:
        """accelerations: as `detect` gives them. machine: what its processes share; by default nothing is.

        limits: for one ffmpeg; by default ten minutes and twenty times the footage's duration.
        """
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self.accelerations = tuple(accelerations)
        self.machine = machine or SharedState()
        self._limits = limits

    @property
    def fingerprint(self) -> str:
        """The recipe's. The encoder is no part of it: a proxy made by another is as good."""
        return self.recipe.fingerprint

    def make(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None = None,
        along: Along | None = None,
    ) -> MadeProxy:
        """Write proxy and waveform of `source` into the existing `folder`; stills get nothing.

        along: what is made in the same run, as long as the picture can be decoded.

        Raises `BadMedia` when nothing can be decoded, `Transient` when the storage gives way,
        `Unavailable` when no encoder for it works.
        """
        if media.kind is MediaKind.STILL:
            return MadeProxy()
        parts = (*salvage.without_sound(media), *salvage.without_picture(media))
        made, lost = salvage.best(
            media, parts, lambda part: self._made(source, part, folder, progress, along)
        )
        return replace(made, warnings=(*lost, *made.warnings))

    def _made(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None,
        along: Along | None,
    ) -> MadeProxy:
        """As `make`, of all that `media` names."""
        for left in folder.glob(f"{PROXY_NAME}.*"):
            left.unlink()
        graph = ProxyGraph(self.ffmpeg, self.recipe, media)
        path = folder / f"{PROXY_NAME}.{graph.container}"
        warnings: list[str] = []
        plans: tuple[Plan, ...] = (IN_SOFTWARE,)
        if media.video is not None:
            plans = self._plans(media.video)
            if media.video.hdr and not self.recipe.deep and not self.ffmpeg.has_filter("zscale"):
                warnings.append(picture.NO_TONE_MAPPING)
        made: dict[str, float] = {}
        loudness, scores = peaks.Peaks(), shots.read_scores(folder)

        def attempt(plan: Plan) -> Tried:
            nonlocal made, loudness, scores
            loudness = peaks.Peaks()
            ended = self._attempt(source, graph, path, plan, progress, loudness.feed, along)
            scores = shots.read_scores(folder)
            made = _duration(path)
            whole = ended.ok and bool(made) and _flaw(graph, made, ended) is None
            return Tried(plan, ended, max(made.values(), default=0.0), whole)

        result = first_that_works(plans, attempt, self.machine)
        plan, ended = result.last.plan, result.last.ended
        if not ended.ok:
            raise ended.error
        if not made:
            raise BadMedia("nothing in it could be decoded")
        warnings += result.warnings
        flaw = _flaw(graph, made, ended)
        if flaw:
            warnings.append(flaw)
        waveform = _waveform(loudness.write(folder))
        return MadeProxy(
            MadeFile(DerivativeKind.PROXY, path, _media_type(media, path)),
            waveform,
            shots.shot_starts(scores) if media.video is not None else (),
            plan=plan.name if media.video is not None else "sound",
            duration=round(max(made.values()), 3),
            speed=round(max(made.values()) / ended.wall, 2) if ended.wall else None,
            warnings=tuple(warnings),
        )

    def _plans(self, video: VideoStream) -> tuple[Plan, ...]:
        """Raises Unavailable when nothing here encodes."""
        plans = proxy_plans(video, picture.fitted(video, self.recipe.height), self.recipe, self.accelerations)
        if not plans or (self.recipe.deep and not self.ffmpeg.has_encoder(PRORES)):
            raise Unavailable(
                f"no {_CODECS[self.recipe.codec]} encoder works here", hint="run: dampipe doctor"
            )
        return plans

    def _attempt(
        self,
        source: str,
        graph: ProxyGraph,
        path: Path,
        plan: Plan,
        progress: Callable[[Progress], None] | None,
        on_output: Callable[[bytes], None],
        along: Along | None,
    ) -> Ended:
        media = graph.media
        duration = min(media.duration or 3600.0, LONGEST)
        bitrate = PRORES_BITRATE if self.recipe.deep else self.recipe.max_bitrate
        limits = self._limits or Limits(
            seconds=600 + 20 * duration,
            file_size=(1 << 28) + int(2 * duration * 125 * (bitrate + 1000)),
            nice=NICE,
        )
        if plan.parts:
            limits = replace(limits, memory=0)  # drivers reserve far more address space than they use
        others = along.outputs(plan) if along is not None and media.video is not None else []
        arguments = plan.opening + opening.arguments(source, *graph.outputs(plan, path.name), *others)
        ended = run_ffmpeg(
            self.ffmpeg, arguments, limits, folder=path.parent, on_output=on_output, on_progress=progress
        )
        if along is not None:
            along.ended(ended)
        return ended


_CODECS = {"h264": "H.264", "prores": "ProRes"}


def _media_type(media: MediaInfo, path: Path) -> str:
    if media.video is None:
        return "audio/mp4"
    return "video/quicktime" if path.suffix == ".mov" else "video/mp4"


def _waveform(path: Path | None) -> MadeFile | None:
    return MadeFile(DerivativeKind.WAVEFORM, path, peaks.MEDIA_TYPE) if path is not None else None


def _duration(path: Path) -> dict[str, float]:
    """Seconds of each kind of stream in a proxy that we made; {} when it holds nothing."""
    import av  # 40 ms, and only here

    try:
        with av.open(str(path)) as container:
            return {
                stream.type: float(stream.duration * stream.time_base)
                for stream in container.streams
                if stream.type in ("video", "audio") and stream.duration and stream.time_base
            }
    except (OSError, ValueError):
        return {}


def _flaw(graph: ProxyGraph, made: dict[str, float], ended: Ended) -> str | None:
    """The sentence for a proxy that lacks something of its source. ffmpeg's exit status does not tell.

    The picture may end before the sound by right; it counts as cut short only where ffmpeg complained.
    """
    media = graph.media
    complained = media.video is not None and ended.stderr.strip()
    reached = made.get("video", 0.0) if complained else max(made.values())
    expected = media.duration * graph.rate if media.duration and graph.rate else None
    return cut_short(reached, media.duration) or damage(ended.stderr, ended.progress.frames, expected)
