"""A trial: a family of hardware decodes and encodes real frames, and what comes out is compared with software's."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg as graphs
import numpy as np
from numpy.typing import NDArray

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Ended, Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE, Family
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.hwaccel.stream_kinds import KINDS, StreamKind
from dampipe.media.recipes import ProxyRecipe

FRAMES = 12
LIMITS = Limits(seconds=20, stall=15, file_size=1 << 26, memory=0)
"""For one ffmpeg. Drivers reserve far more address space than they use, so it is not limited."""
ALTOGETHER = 180.0
"""Seconds for the decoders of a family: a worker has to come up; what was not tried is not used."""
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


def self_test(
    ffmpeg: Ffmpeg, family: Family, recipe: ProxyRecipe, kinds: Mapping[str, StreamKind] = KINDS
) -> Acceleration:
    """What of a family works with this ffmpeg: its first device that opens, its encoder, its decoders."""
    if not (ffmpeg.has_encoder(family.encoder) or (family.scale and ffmpeg.has_filter(family.scale))):
        return Acceleration(family.name, False, f"this ffmpeg has no {family.encoder}")
    reasons: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dampipe-trial-") as name:
        for device in family.devices():
            trial = _Trial(ffmpeg, Acceleration(family.name, True, "", device=device), recipe, Path(name))
            try:
                trial.open()
            except Refused as refused:
                reasons.append(str(refused))
                continue
            return trial.found(kinds)
    return Acceleration(family.name, False, reasons[0])


@dataclass(frozen=True)
class _Trial:
    """One device, tried in a folder: there ffmpeg runs under the same conditions as for footage."""

    ffmpeg: Ffmpeg
    here: Acceleration
    recipe: ProxyRecipe
    folder: Path

    def open(self) -> None:
        """Raises Refused when the device cannot be had at all, so that the rest need not be tried."""
        if self.here.opening:
            nothing = ("-f", "lavfi", "-i", "color=size=64x64:duration=0.04", "-f", "null", "-")
            self._run([*self.here.opening, *nothing])

    def found(self, kinds: Mapping[str, StreamKind]) -> Acceleration:
        """Try the encoder and the decoder of each kind; after one that hangs no more are tried."""
        encodes, decodes = True, []
        try:
            reason = f"encoded {FRAMES} frames in {self._encode():.2f} s"
        except Refused as refused:
            encodes, reason = False, str(refused)
            kinds = {} if refused.hung else kinds
        began = time.monotonic()
        for name, kind in kinds.items() if FAMILIES[self.here.name].decode else ():
            if time.monotonic() - began > ALTOGETHER:
                break
            try:
                self._decode(name, kind)
                decodes.append(name)
            except Refused as refused:
                if refused.hung:
                    break
        return replace(self.here, works=encodes, reason=reason, decodes=tuple(decodes))

    @property
    def _size(self) -> tuple[int, int]:
        height = self.recipe.height // 2 * 2
        return height * 16 // 9 // 2 * 2, height

    def _encode(self) -> float:
        """Encode pictures of the proxy's size; the seconds it took. Raises Refused."""
        family = FAMILIES[self.here.name]
        if not self.ffmpeg.has_encoder(family.encoder):
            raise Refused(f"this ffmpeg has no {family.encoder}")
        plan = Plan(encoder=None if self.here.name == SOFTWARE else self.here)
        source = graphs.input(_SOURCE, f="lavfi").filter("scale", *self._size)
        stream = plan.uploaded(source.filter("format", "yuv420p"))
        h264 = self.recipe.model_copy(update={"codec": "h264"})
        made = stream.output("trial.mp4", **plan.encode(h264))
        ended = self._run([*plan.opening, *graphs.get_args(made)])
        _compare(
            self._look("-i", f"file:{self.folder / 'trial.mp4'}"), self._look("-f", "lavfi", "-i", _SOURCE)
        )
        return ended.wall

    def _decode(self, name: str, kind: StreamKind) -> None:
        """Decode a sample of the kind, scale it on the device and bring it down, as for previews and proxies.

        Kinds of more than 8 bit are scaled to 8 bit and, as HDR is, in all their depth. Raises Refused.
        """
        sample = f"file:{self.folder / name}.mkv"
        self._run(["-f", "lavfi", "-i", _SOURCE, "-pix_fmt", kind.formats[0], *kind.sample, sample])
        wanted = self._look("-i", sample)
        plan = Plan(decoder=self.here, kind=name)
        for deep in (False, True) if kind.downloads != "nv12" else (False,):
            stream = graphs.input(sample, **plan.input)["v:0"]
            small = plan.downloaded(plan.scaled(stream, self._size, deep), deep)
            grey = small.filter("scale", *_LOOK, flags="area", out_range="tv").filter("format", "gray")
            made = grey.output("pipe:1", f="rawvideo", fps_mode="passthrough")
            _compare(self._pictures([*plan.opening, *graphs.get_args(made)]), wanted)

    def _look(self, *source: str) -> NDArray[np.uint8]:
        """The pictures of a file or a source as software sees them."""
        width, height = _LOOK
        grey = ("-vf", f"scale={width}:{height}:flags=area:out_range=tv,format=gray")
        return self._pictures([*source, *grey, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"])

    def _pictures(self, arguments: list[str]) -> NDArray[np.uint8]:
        """The grey pictures that ffmpeg writes, shape (frames, height, width)."""
        data = bytearray()
        self._run(arguments, data)
        width, height = _LOOK
        whole = len(data) // (width * height) * width * height
        return np.frombuffer(data, np.uint8)[:whole].reshape(-1, height, width)

    def _run(self, arguments: list[str], take: bytearray | None = None) -> Ended:
        on_output = take.extend if take is not None else None
        ended = run_ffmpeg(self.ffmpeg, arguments, LIMITS, folder=self.folder, on_output=on_output)
        if ended.how != "exit":
            raise Refused(f"gave nothing for {ended.wall:.0f} s", hung=True)
        if not ended.ok:
            raise Refused(_reason(ended))
        return ended


def _compare(seen: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> None:
    if len(seen) < FRAMES:
        raise Refused(f"gave {len(seen)} of {FRAMES} frames")
    apart = np.abs(seen[:FRAMES].astype(int) - wanted[:FRAMES]).mean()
    if apart > _DIFFERENCE:
        raise Refused(f"gave wrong pictures, {apart:.0f} grey levels off")


def _reason(ended: Ended) -> str:
    """The first line says what was missing; the rest is its echo."""
    lines = [line.rpartition("] ")[2].strip() for line in ended.stderr.splitlines()]
    said = next((line[:200] for line in lines if line), "")
    return said or (f"crashed (signal {-ended.code})" if ended.code < 0 else "it ended without a word")
