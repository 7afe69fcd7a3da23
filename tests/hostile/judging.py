"""The outcome of a file in the media stages, in process: the real probe, preview and proxy, in pipeline order."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dampipe.kernel.errors import BadMedia, DampipeError
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.outputs import DerivativeKind
from dampipe.media.preview.maker import Pictures, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe


@dataclass(frozen=True)
class Ending:
    """The outcome of one file."""

    name: str
    state: Literal["done", "done with a warning", "searchable without a proxy", "bad media", "not terminal"]
    """The last one is a defect: an error that is retried, or is classified as our fault."""
    said: tuple[str, ...]
    """Warnings, or the reason."""
    seconds: float
    left: tuple[str, ...] = ()
    """Files that a maker wrote but did not report."""
    poster: bytes = b""
    """A JPEG; empty without a preview."""
    duration: float | None = None
    """Of the proxy, in seconds."""


class Judge:
    """Processes files one after the other."""

    def __init__(self, ffmpeg: Ffmpeg, prober: Prober, seconds: float) -> None:
        """seconds: for one ffmpeg."""
        limits = Limits(seconds=seconds, stall=seconds / 4)
        self._prober = prober
        self._preview = PreviewMaker(
            ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), _all, limits, prober
        )
        software = [Acceleration(SOFTWARE, True, "for the corpus")]
        self._proxy = ProxyMaker(ffmpeg, ProxyRecipe(), software, limits)

    def judge(self, path: Path, folder: Path) -> Ending:
        """Process `path`; `folder` is empty before and after."""
        began = time.monotonic()
        left: tuple[str, ...] = ()
        said: list[str] = []
        poster, duration = b"", None
        try:
            media = self._prober.probe(str(path))
            said += media.warnings
            preview = self._preview.make(str(path), media, folder)
            said += preview.warnings
            poster = next(
                file.path for file in preview.files if file.kind is DerivativeKind.POSTER
            ).read_bytes()
            left += _emptied(folder, {file.path for file in preview.files})
            state: str = "done"
            try:
                proxy = self._proxy.make(str(path), media, folder)
                said += proxy.warnings
                duration = proxy.duration
                left += _emptied(folder, {file.path for file in proxy.files})
            except BadMedia as error:
                state = "searchable without a proxy"
                said.append(str(error))
                _emptied(folder, set())
            if state == "done" and said:
                state = "done with a warning"
        except BadMedia as error:
            state, said = "bad media", [str(error)]
        except DampipeError as error:
            state, said = "not terminal", [f"{type(error).__name__}: {error}"]
        _emptied(folder, set())
        seconds = time.monotonic() - began
        return Ending(path.name, state, tuple(said), seconds, left, poster, duration)  # type: ignore[arg-type]


def _all(pictures: Pictures, times: list[float]) -> list[tuple[int, int]]:
    return [(row, 0) for row in range(len(times))]


def _emptied(folder: Path, reported: set[Path]) -> tuple[str, ...]:
    left = tuple(path.name for path in folder.iterdir() if path not in reported)
    for path in folder.iterdir():
        path.unlink()
    return left
