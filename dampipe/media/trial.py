"""A trial: a family of hardware decodes and encodes real frames, and what comes out is compared with software's."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ffmpeg as graphs
import numpy as np
from numpy.typing import NDArray

from dampipe.media.acceleration import Acceleration
from dampipe.media.ffmpeg import Ffmpeg
from dampipe.media.hardware import FAMILIES, SOFTWARE, Family
from dampipe.media.kinds import KINDS, Kind
from dampipe.media.plans import Plan
from dampipe.media.recipes import ProxyRecipe
from dampipe.media.sandbox import Ended, Limits, run

FRAMES = 12
LIMITS = Limits(seconds=20, stall=15, file_size=1 << 26, memory=0)
"""For one trial. Drivers reserve far more address space than they use, so it is not limited."""
_SOURCE = f"testsrc2=size=1920x1080:rate=25:duration={FRAMES / 25}"
_LOOK = (64, 36)
"""Pixels of the grey pictures that are compared."""
_DIFFERENCE = 12.0
"""Mean difference of grey levels: coding and another scaler cost some, a green picture or a wrong one many."""


class Refused(Exception):
    """The hardware did not do it; in words."""

    def __init__(self, reason: str, hung: bool = False) -> None:
        super().__init__(reason)
        self.hung = hung


def try_family(
    ffmpeg: Ffmpeg, family: Family, recipe: ProxyRecipe, kinds: Mapping[str, Kind] = KINDS
) -> Acceleration:
    """What of a family works with this ffmpeg: its first device that opens, its encoder, its decoders."""
    if not (ffmpeg.has_encoder(family.encoder) or (family.scale and ffmpeg.has_filter(family.scale))):
        return Acceleration(family.name, False, f"this ffmpeg has no {family.encoder}")
    reasons: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dampipe-trial-") as name:
        for device in family.devices():
            here = Acceleration(family.name, True, "", device=device)
            try:
                _open(ffmpeg, here)
            except Refused as refused:
                reasons.append(str(refused))
                continue
            return _try_device(ffmpeg, here, recipe, kinds, Path(name))
    return Acceleration(family.name, False, reasons[0])


def _try_device(
    ffmpeg: Ffmpeg, here: Acceleration, recipe: ProxyRecipe, kinds: Mapping[str, Kind], folder: Path
) -> Acceleration:
    encodes, reason = True, ""
    try:
        seconds = _encode(ffmpeg, here, recipe, folder)
        reason = f"encoded {FRAMES} frames in {seconds:.2f} s"
    except Refused as refused:
        encodes, reason = False, str(refused)
        if refused.hung:
            return Acceleration(here.name, False, reason)
    decodes = []
    for name, kind in kinds.items() if FAMILIES[here.name].decode else ():
        try:
            _decode(ffmpeg, here, name, kind, recipe, folder)
            decodes.append(name)
        except Refused as refused:
            if refused.hung:  # the next would, too
                break
    return Acceleration(here.name, encodes, reason, tuple(decodes), here.device)


def _open(ffmpeg: Ffmpeg, here: Acceleration) -> None:
    """Raises Refused when the device cannot be had at all, so that the rest need not be tried."""
    if here.opening:
        nothing = ("-f", "lavfi", "-i", "color=size=64x64:duration=0.04", "-f", "null", "-")
        _run(ffmpeg, [*here.opening, *nothing])


def _encode(ffmpeg: Ffmpeg, here: Acceleration, recipe: ProxyRecipe, folder: Path) -> float:
    """Encode pictures of the proxy's size; the seconds it took. Raises Refused."""
    family = FAMILIES[here.name]
    if not ffmpeg.has_encoder(family.encoder):
        raise Refused(f"this ffmpeg has no {family.encoder}")
    height = recipe.height // 2 * 2
    plan = Plan(encoder=None if here.name == SOFTWARE else here)
    source = graphs.input(_SOURCE, f="lavfi").filter("scale", height * 16 // 9 // 2 * 2, height)
    stream = plan.uploaded(source.filter("format", "yuv420p"))
    h264 = recipe.model_copy(update={"codec": "h264"})
    made = stream.output("trial.mp4", **plan.encode(h264))
    ended = _run(ffmpeg, [*plan.opening, *graphs.get_args(made)], folder)
    seen = _look(ffmpeg, ["-i", f"file:{folder / 'trial.mp4'}"])
    _compare(seen, _look(ffmpeg, ["-f", "lavfi", "-i", _SOURCE]))
    return ended.wall


def _decode(
    ffmpeg: Ffmpeg, here: Acceleration, name: str, kind: Kind, recipe: ProxyRecipe, folder: Path
) -> None:
    """Decode a sample of the kind, scale it on the device and bring it down, as previews and proxies do."""
    sample = folder / f"{name}.mkv"
    if not sample.exists():
        source = ["-f", "lavfi", "-i", _SOURCE, "-pix_fmt", kind.formats[0], *kind.sample]
        if not run(ffmpeg, [*source, f"file:{sample}"], LIMITS).ok:
            raise Refused("this ffmpeg makes no sample of it")
    plan = Plan(decoder=here, kind=name)
    height = recipe.height // 2 * 2
    wanted = _look(ffmpeg, ["-i", f"file:{sample}"])
    for deep in (False, True) if kind.downloads != "nv12" else (False,):
        stream = graphs.input(f"file:{sample}", **plan.input)["v:0"]
        small = plan.downloaded(plan.scaled(stream, (height * 16 // 9 // 2 * 2, height), deep), deep)
        _compare(_grey(ffmpeg, [*plan.opening, *graphs.get_args(_shrunk(small))]), wanted)


def _shrunk(stream: Any) -> Any:
    grey = stream.filter("scale", *_LOOK, flags="area", out_range="tv").filter("format", "gray")
    return grey.output("pipe:1", f="rawvideo", fps_mode="passthrough")


def _look(ffmpeg: Ffmpeg, source: Sequence[str]) -> NDArray[np.uint8]:
    """The pictures of a file or a source as software sees them: shape (frames, height, width)."""
    width, height = _LOOK
    shrunk = (
        "-vf",
        f"scale={width}:{height}:flags=area:out_range=tv,format=gray",
        "-fps_mode",
        "passthrough",
    )
    return _grey(ffmpeg, [*source, *shrunk, "-f", "rawvideo", "pipe:1"])


def _grey(ffmpeg: Ffmpeg, arguments: list[str]) -> NDArray[np.uint8]:
    data = bytearray()
    _run(ffmpeg, arguments, take=data)
    width, height = _LOOK
    return np.frombuffer(data, np.uint8)[: len(data) // (width * height) * width * height].reshape(
        -1, height, width
    )


def _compare(seen: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> None:
    if len(seen) < FRAMES:
        raise Refused(f"gave {len(seen)} of {FRAMES} frames")
    apart = np.abs(seen[:FRAMES].astype(int) - wanted[:FRAMES]).mean()
    if apart > _DIFFERENCE:
        raise Refused(f"gave wrong pictures, {apart:.0f} grey levels off")


def _run(ffmpeg: Ffmpeg, arguments: list[str], folder: Path | None = None, take: Any = None) -> Ended:
    on_output = take.extend if take is not None else None
    ended = run(ffmpeg, arguments, LIMITS, folder=folder, on_output=on_output)
    if ended.how != "exit":
        raise Refused(f"gave nothing for {ended.wall:.0f} s", hung=True)
    if not ended.ok:
        raise Refused(_reason(ended))
    return ended


def _reason(ended: Ended) -> str:
    """The first line says what was missing; the rest is its echo."""
    lines = [line.rpartition("] ")[2].strip() for line in ended.stderr.splitlines()]
    said = next((line[:200] for line in lines if line), "")
    return said or (f"crashed (signal {-ended.code})" if ended.code < 0 else "it ended without a word")
