"""Which encoders work on this machine, found by encoding real frames with each; a list proves nothing."""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from dampipe.media.ffmpeg import Ffmpeg
from dampipe.media.recipes import ProxyRecipe
from dampipe.media.sandbox import Limits, run

Arguments: TypeAlias = dict[str, object]

SOFTWARE = "software"
PRORES = "prores_aw"
"""The encoder of ProRes: software's work everywhere. Seven times as fast as prores_ks, and no worse."""
_CACHE_NAME = "acceleration.json"
_TRIAL = Limits(seconds=20, stall=15, file_size=1 << 26)
_RENDER_NODE = "/dev/dri/renderD128"
_FORMAT = 2
"""Raised when the trial changes, so that remembered answers are forgotten."""


@dataclass(frozen=True)
class Acceleration:
    """One way to encode, and whether it works here. Decoding is software's work so far."""

    name: str
    """ "software" or the encoder's name: what a run records."""
    works: bool
    reason: str
    """How it was found out, or why not."""

    def arguments(self, recipe: ProxyRecipe) -> Arguments:
        """Output options of ffmpeg for the picture."""
        return CANDIDATES[self.name].encode(recipe)

    @property
    def device(self) -> Arguments:
        """Global options that open the device; {} where none is needed."""
        return dict(CANDIDATES[self.name].device)

    @property
    def upload(self) -> tuple[str, ...]:
        """Filters, in order, that bring a yuv420p frame to where the encoder takes it from."""
        return CANDIDATES[self.name].upload


@dataclass(frozen=True)
class _Candidate:
    encoder: str
    encode: Callable[[ProxyRecipe], Arguments]
    device: tuple[tuple[str, object], ...] = ()
    upload: tuple[str, ...] = ()


def _rate(recipe: ProxyRecipe) -> Arguments:
    return {"maxrate": f"{recipe.max_bitrate}k", "bufsize": f"{2 * recipe.max_bitrate}k"}


def _software(recipe: ProxyRecipe) -> Arguments:
    if recipe.codec == "prores":
        return {"c:v": PRORES, "profile:v": 0, "vendor": "apl0"}
    return {"c:v": "libx264", "preset": recipe.preset, "crf": recipe.crf} | _rate(recipe)


def _nvenc(recipe: ProxyRecipe) -> Arguments:
    quality: Arguments = {"preset": "p4", "tune": "hq", "rc": "vbr", "cq": recipe.crf + 3, "b:v": 0}
    return {"c:v": "h264_nvenc"} | quality | {"forced-idr": 1} | _rate(recipe)


def _vaapi(recipe: ProxyRecipe) -> Arguments:
    return {"c:v": "h264_vaapi", "rc_mode": "CQP", "qp": recipe.crf + 1}


def _qsv(recipe: ProxyRecipe) -> Arguments:
    return {"c:v": "h264_qsv", "preset": "veryfast", "global_quality": recipe.crf + 1, "forced_idr": 1}


def _videotoolbox(recipe: ProxyRecipe) -> Arguments:
    # Its scale runs the other way: 1 to 100, the best.
    return {"c:v": "h264_videotoolbox", "q:v": max(1, min(100, 100 - 2 * recipe.crf + 1))}


def _amf(recipe: ProxyRecipe) -> Arguments:
    return {
        "c:v": "h264_amf",
        "quality": "speed",
        "rc": "cqp",
        "qp_i": recipe.crf + 1,
        "qp_p": recipe.crf + 1,
    }


CANDIDATES: dict[str, _Candidate] = {
    "h264_nvenc": _Candidate("h264_nvenc", _nvenc),
    "h264_videotoolbox": _Candidate("h264_videotoolbox", _videotoolbox),
    "h264_qsv": _Candidate("h264_qsv", _qsv, upload=("format=nv12",)),
    "h264_vaapi": _Candidate(
        "h264_vaapi", _vaapi, device=(("vaapi_device", _RENDER_NODE),), upload=("format=nv12", "hwupload")
    ),
    "h264_amf": _Candidate("h264_amf", _amf, upload=("format=nv12",)),
    SOFTWARE: _Candidate("libx264", _software),
}
"""Best first; software is the last resort and is tried like the others."""


def usable(recipe: ProxyRecipe, ffmpeg: Ffmpeg, found: Sequence[Acceleration]) -> list[Acceleration]:
    """The ways to encode by that recipe, best first; found: as `detect` gives them, for H.264."""
    if recipe.codec == "prores":
        return [Acceleration(SOFTWARE, True, "it is there")] if ffmpeg.has_encoder(PRORES) else []
    return [one for one in found if one.works]


def detect(ffmpeg: Ffmpeg, cache: Path | None = None) -> list[Acceleration]:
    """Every candidate with whether it works here, in the order of `CANDIDATES`.

    cache: a folder in which the answers are remembered until ffmpeg, the machine or its devices change.
    """
    key = _machine(ffmpeg)
    remembered = _read(cache, key)
    if remembered is not None:
        return remembered
    found = [_try(ffmpeg, name) for name in CANDIDATES]
    _write(cache, key, found)
    return found


def _try(ffmpeg: Ffmpeg, name: str) -> Acceleration:
    candidate = CANDIDATES[name]
    if not ffmpeg.has_encoder(candidate.encoder):
        return Acceleration(name, False, f"this ffmpeg has no {candidate.encoder}")
    options: list[str] = []
    for key, value in candidate.device:
        options += [f"-{key}", str(value)]
    options += ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=0.4"]
    options += ["-vf", ",".join(("format=yuv420p", *candidate.upload))]
    for key, value in candidate.encode(ProxyRecipe()).items():
        options += [f"-{key}", str(value)]
    ended = run(ffmpeg, [*options, "-f", "null", "-"], _TRIAL)
    if ended.ok and ended.progress.frames >= 10:
        return Acceleration(name, True, f"encoded {ended.progress.frames} frames in {ended.wall:.2f} s")
    if ended.how != "exit":
        return Acceleration(name, False, f"gave nothing for {ended.wall:.0f} s")
    return Acceleration(name, False, _reason(ended.stderr))


def _reason(stderr: str) -> str:
    """The first line says what was missing; the rest is its echo."""
    lines = [line.rpartition("] ")[2].strip() for line in stderr.splitlines()]
    return next((line[:200] for line in lines if line), "it ended without a word")


def _machine(ffmpeg: Ffmpeg) -> str:
    devices = sorted(
        str(path) for folder in (Path("/dev/dri"), Path("/dev")) for path in _entries(folder) if _counts(path)
    )
    facts = [_FORMAT, ffmpeg.path, ffmpeg.version, platform.node(), platform.machine(), devices]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _counts(path: Path) -> bool:
    return path.parent.name == "dri" or path.name.startswith(("nvidia", "kfd", "dxg"))


def _read(cache: Path | None, key: str) -> list[Acceleration] | None:
    if cache is None:
        return None
    try:
        kept = json.loads((cache / _CACHE_NAME).read_text(encoding="utf-8"))
        if kept["key"] != key:
            return None
        found = [Acceleration(**entry) for entry in kept["found"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if [entry.name for entry in found] == list(CANDIDATES) else None


def _write(cache: Path | None, key: str, found: list[Acceleration]) -> None:
    if cache is None:
        return
    text = json.dumps({"key": key, "found": [asdict(entry) for entry in found]}, indent=1)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        beside = cache / f"{_CACHE_NAME}.{os.getpid()}"
        beside.write_text(text, encoding="utf-8")
        beside.replace(cache / _CACHE_NAME)
    except OSError:
        # A worker without a writable cache asks again at its next start, which costs a second.
        return
