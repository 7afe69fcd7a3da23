"""Detection: every family of hardware is tried once a machine, and the answers are remembered until it changes."""

import contextlib
import hashlib
import json
import logging
import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.families import FAMILIES
from dampipe.media.hwaccel.file_lock import locked
from dampipe.media.hwaccel.self_test import self_test
from dampipe.media.recipes import ProxyRecipe

log = logging.getLogger(__name__)

_FORMAT = 3
"""Raised when the trial changes, so that remembered answers are forgotten."""
KEPT = 86400.0
"""Seconds that answers are remembered: a library of a driver may have changed, a card may have been busy."""


def detect(
    ffmpeg: Ffmpeg,
    cache: Path | None = None,
    recipe: ProxyRecipe | None = None,
    families: Sequence[str] = tuple(FAMILIES),
    again: bool = False,
) -> list[Acceleration]:
    """What works here of each of these families, in their order.

    cache: a folder in which the answers are remembered for a day, unless ffmpeg, a driver or a device changes;
    processes that ask at once wait for the one that tries. recipe: of the proxies that are to be made.
    again: try once more, whatever is remembered.
    """
    recipe = recipe or ProxyRecipe()
    key = machine_key(ffmpeg, recipe, families)
    with locked(beside_the_cache(cache, "acceleration.lock")) if cache else contextlib.nullcontext():
        remembered = None if again else _read(cache, key)
        if remembered is not None:
            return remembered
        found = [self_test(ffmpeg, family, recipe) for family in (FAMILIES[name] for name in families)]
        for one in found:
            log.info("video hardware: %s: %s", one.name, one.reason)
        _write(cache, key, found)
        return found


def machine_key(ffmpeg: Ffmpeg, recipe: ProxyRecipe, families: Sequence[str]) -> str:
    """A digest of all that the answers hang on: ffmpeg, its wall, kernel, drivers, devices, the right to use them."""
    program = (ffmpeg.path, ffmpeg.version, ffmpeg.isolation.works)
    facts = [_FORMAT, *program, recipe.height, *families, *_system(), *sorted(_devices())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _system() -> Iterator[str]:
    yield from (platform.node(), platform.machine(), platform.release())
    for name in ("CUDA_VISIBLE_DEVICES", "LIBVA_DRIVER_NAME"):  # they change what the drivers show
        yield os.environ.get(name, "")
    yield _text(Path("/proc/driver/nvidia/version"))


def _devices() -> Iterator[str]:
    """Each device that video hardware may be behind: its name, maker and model, and whether it may be used."""
    for path in [*_entries(Path("/dev/dri")), *_entries(Path("/dev"))]:
        if path.parent.name == "dri" or path.name.startswith(("nvidia", "kfd", "dxg")):
            yield f"{path} {os.access(path, os.R_OK | os.W_OK)}"
    for card in _entries(Path("/sys/class/drm")):
        what = " ".join(_text(card / "device" / fact) for fact in ("vendor", "device", "revision"))
        driver = card / "device" / "driver"
        yield f"{card.name} {what} {os.path.realpath(driver) if driver.exists() else ''}"
    for card in _entries(Path("/proc/driver/nvidia/gpus")):
        yield f"{card.name} {_text(card / 'information')}"


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def beside_the_cache(cache: Path, what: str) -> Path:
    """A file of this machine in a cache folder, which several machines may share."""
    return cache / f"{what}-{platform.node() or 'here'}"


def _read(cache: Path | None, key: str) -> list[Acceleration] | None:
    if cache is None:
        return None
    path = beside_the_cache(cache, "acceleration.json")
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] != key or time.time() - path.stat().st_mtime > KEPT:
            return None
        return [Acceleration(**(entry | {"decodes": tuple(entry["decodes"])})) for entry in kept["found"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(cache: Path | None, key: str, found: list[Acceleration]) -> None:
    if cache is None:
        return
    text = json.dumps({"key": key, "found": [asdict(entry) for entry in found]}, indent=1)
    path = beside_the_cache(cache, "acceleration.json")
    with contextlib.suppress(OSError):
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
