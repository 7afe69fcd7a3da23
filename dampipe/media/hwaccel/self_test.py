"""Self-test of hardware: decodes and encodes real frames and compares the pictures with those of software."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg as graphs
import numpy as np
from numpy.typing import NDArray

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import FfmpegResult, Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import FAMILIES, SOFTWARE, Family
from dampipe.media.hwaccel.plans import Plan
from dampipe.media.hwaccel.stream_kinds import KINDS, StreamKind
from dampipe.media.recipes import ProxyRecipe

FRAMES = 12
LIMITS = Limits(seconds=20, stall=15, file_size=1 << 26, memory=0)
"""For one ffmpeg. Drivers reserve far more address space than they use, so memory is not limited."""
TOTAL_SECONDS = 180.0
"""For all decoders of a family, since workers wait for the test at start; untested decoders are not used."""
_SOURCE = f"testsrc2=size=1920x1080:rate=25:duration={FRAMES / 25}"
_COMPARED_SIZE = (64, 36)
"""Pixels of the grey pictures that are compared."""
_MAX_DIFFERENCE = 12.0
"""Mean difference of grey levels. Encoding and another scaler cause a small difference, wrong pictures a large one."""


class SelfTestFailed(Exception):
    """The hardware failed a test; the message is the reason."""

    def __init__(self, reason: str, hung: bool = False) -> None:
        super().__init__(reason)
        self.hung = hung


def self_test(
    ffmpeg: Ffmpeg,
    family: Family,
    recipe: ProxyRecipe,
    kinds: Mapping[str, StreamKind] = KINDS,
    limits: Limits = LIMITS,
) -> Acceleration:
    """Test a family with this ffmpeg: its first device that opens, its encoder and its decoders.

    limits: for one ffmpeg.
    """
    if not (ffmpeg.has_encoder(family.encoder) or (family.scale and ffmpeg.has_filter(family.scale))):
        return Acceleration(family.name, False, f"this ffmpeg has no {family.encoder}")
    reasons: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dampipe-self-test-") as folder:
        for device in family.devices():
            acceleration = Acceleration(family.name, True, "", device=device)
            test = _DeviceTest(ffmpeg, acceleration, recipe, Path(folder), limits)
            try:
                test.open_device()
            except SelfTestFailed as error:
                reasons.append(str(error))
                continue
            return test.run(kinds)
    return Acceleration(family.name, False, reasons[0])


@dataclass(frozen=True)
class _DeviceTest:
    """The test of one device, in a folder, so that ffmpeg runs in the same sandbox as for footage."""

    ffmpeg: Ffmpeg
    acceleration: Acceleration
    recipe: ProxyRecipe
    folder: Path
    limits: Limits

    def open_device(self) -> None:
        """Raises SelfTestFailed if the device cannot be opened, so that no further tests are needed."""
        if self.acceleration.device_options:
            no_output = ("-f", "lavfi", "-i", "color=size=64x64:duration=0.04", "-f", "null", "-")
            self._run_ffmpeg([*self.acceleration.device_options, *no_output])

    def run(self, kinds: Mapping[str, StreamKind]) -> Acceleration:
        """Test the encoder and the decoder of each kind; the first one that hangs ends the test."""
        encodes, decodes = True, []
        try:
            reason = f"encoded {FRAMES} frames in {self._encode():.2f} s"
        except SelfTestFailed as error:
            encodes, reason = False, str(error)
            kinds = {} if error.hung else kinds
        started = time.monotonic()
        for name, kind in kinds.items() if FAMILIES[self.acceleration.name].decode else ():
            if time.monotonic() - started > TOTAL_SECONDS:
                break
            try:
                self._decode(name, kind)
                decodes.append(name)
            except SelfTestFailed as error:
                if error.hung:
                    break
        return replace(self.acceleration, encodes=encodes, reason=reason, decodes=tuple(decodes))

    @property
    def _size(self) -> tuple[int, int]:
        height = self.recipe.height // 2 * 2
        return height * 16 // 9 // 2 * 2, height

    def _encode(self) -> float:
        """Encode pictures of the proxy's size; return the seconds it took. Raises SelfTestFailed."""
        family = FAMILIES[self.acceleration.name]
        if not self.ffmpeg.has_encoder(family.encoder):
            raise SelfTestFailed(f"this ffmpeg has no {family.encoder}")
        plan = Plan(encoder=None if self.acceleration.name == SOFTWARE else self.acceleration)
        source = graphs.input(_SOURCE, f="lavfi").filter("scale", *self._size)
        stream = plan.upload(source.filter("format", "yuv420p"))
        h264 = self.recipe.model_copy(update={"codec": "h264"})
        output = stream.output("encoded.mp4", **plan.encode_options(h264))
        result = self._run_ffmpeg([*plan.device_options, *graphs.get_args(output)])
        encoded = self._software_pictures("-i", f"file:{self.folder / 'encoded.mp4'}")
        _compare(encoded, self._software_pictures("-f", "lavfi", "-i", _SOURCE))
        return result.wall

    def _decode(self, name: str, kind: StreamKind) -> None:
        """Decode a sample of the kind, scale it on the device and download it, as for previews and proxies.

        Kinds of more than 8 bit are scaled both to 8 bit and, as for HDR, with full depth. Raises SelfTestFailed.
        """
        sample = f"file:{self.folder / name}.mkv"
        self._run_ffmpeg(["-f", "lavfi", "-i", _SOURCE, "-pix_fmt", kind.formats[0], *kind.sample, sample])
        expected = self._software_pictures("-i", sample)
        plan = Plan(decoder=self.acceleration, kind=name)
        for keep_depth in (False, True) if kind.downloads != "nv12" else (False,):
            stream = graphs.input(sample, **plan.input_options)["v:0"]
            small = plan.download(plan.scale(stream, self._size, keep_depth), keep_depth)
            grey = small.filter("scale", *_COMPARED_SIZE, flags="area", out_range="tv").filter(
                "format", "gray"
            )
            output = grey.output("pipe:1", f="rawvideo", fps_mode="passthrough")
            _compare(self._pictures([*plan.device_options, *graphs.get_args(output)]), expected)

    def _software_pictures(self, *source: str) -> NDArray[np.uint8]:
        """The grey pictures of a file or a source, decoded in software."""
        width, height = _COMPARED_SIZE
        grey = ("-vf", f"scale={width}:{height}:flags=area:out_range=tv,format=gray")
        return self._pictures([*source, *grey, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"])

    def _pictures(self, arguments: list[str]) -> NDArray[np.uint8]:
        """Run ffmpeg; return the grey pictures that it writes, shape (frames, height, width)."""
        data = bytearray()
        self._run_ffmpeg(arguments, data)
        width, height = _COMPARED_SIZE
        size = len(data) // (width * height) * width * height
        return np.frombuffer(data, np.uint8)[:size].reshape(-1, height, width)

    def _run_ffmpeg(self, arguments: list[str], output: bytearray | None = None) -> FfmpegResult:
        on_output = output.extend if output is not None else None
        result = run_ffmpeg(self.ffmpeg, arguments, self.limits, folder=self.folder, on_output=on_output)
        if result.outcome != "exit":
            raise SelfTestFailed(f"no output for {result.wall:.0f} s", hung=True)
        if not result.ok:
            raise SelfTestFailed(_reason(result))
        return result


def _compare(actual: NDArray[np.uint8], expected: NDArray[np.uint8]) -> None:
    if len(actual) < FRAMES:
        raise SelfTestFailed(f"returned {len(actual)} of {FRAMES} frames")
    difference = np.abs(actual[:FRAMES].astype(int) - expected[:FRAMES]).mean()
    if difference > _MAX_DIFFERENCE:
        raise SelfTestFailed(f"returned wrong pictures, {difference:.0f} grey levels off")


def _reason(result: FfmpegResult) -> str:
    """The first line of the messages, which names the cause; the others are its consequences."""
    lines = [line.rpartition("] ")[2].strip() for line in result.stderr.splitlines()]
    message = next((line[:200] for line in lines if line), "")
    return message or (f"crashed (signal {-result.code})" if result.code < 0 else "failed without a message")
