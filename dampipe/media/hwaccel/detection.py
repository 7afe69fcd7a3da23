"""Detects hardware acceleration: tests every family once per machine and caches the results."""

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
from dampipe.media.hwaccel.file_lock import file_lock
from dampipe.media.hwaccel.self_test import self_test
from dampipe.media.recipes import ProxyRecipe

log = logging.getLogger(__name__)

_CACHE_VERSION = 4
"""Increased when the self-test or the format changes, which invalidates cached results."""
CACHE_SECONDS = 86400.0
"""Results expire, since a driver library may have changed or a card may have been busy."""


def detect(
    ffmpeg: Ffmpeg,
    cache: Path | None = None,
    recipe: ProxyRecipe | None = None,
    families: Sequence[str] = tuple(FAMILIES),
    ignore_cache: bool = False,
) -> list[Acceleration]:
    """Test which of these families work on this machine; results are in the same order.

    cache: a folder that keeps the results for a day, unless ffmpeg, a driver or a device changes; concurrent
    processes wait for the first one's results. recipe: that of the proxies. ignore_cache: test again.
    """
    recipe = recipe or ProxyRecipe()
    key = machine_key(ffmpeg, recipe, families)
    with file_lock(machine_file(cache, "acceleration.lock")) if cache else contextlib.nullcontext():
        cached = None if ignore_cache else _read(cache, key)
        if cached is not None:
            return cached
        results = [self_test(ffmpeg, family, recipe) for family in (FAMILIES[name] for name in families)]
        for result in results:
            log.info("hardware acceleration: %s: %s", result.name, result.reason)
        _write(cache, key, results)
        return results


def machine_key(ffmpeg: Ffmpeg, recipe: ProxyRecipe, families: Sequence[str]) -> str:
    """The cache key: a digest of ffmpeg, its sandbox, the kernel, drivers, devices and their permissions."""
    program = (ffmpeg.path, ffmpeg.version, ffmpeg.sandbox.active)
    facts = [_CACHE_VERSION, *program, recipe.height, *families, *_system(), *sorted(_devices())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _system() -> Iterator[str]:
    yield from (platform.node(), platform.machine(), platform.release())
    for name in ("CUDA_VISIBLE_DEVICES", "LIBVA_DRIVER_NAME"):  # these change the devices that drivers report
        yield os.environ.get(name, "")
    yield _text(Path("/proc/driver/nvidia/version"))


def _devices() -> Iterator[str]:
    """Each device that may be video hardware: its name, vendor and model, and whether it is accessible."""
    for path in [*_entries(Path("/dev/dri")), *_entries(Path("/dev"))]:
        if path.parent.name == "dri" or path.name.startswith(("nvidia", "kfd", "dxg")):
            yield f"{path} {os.access(path, os.R_OK | os.W_OK)}"
    for card in _entries(Path("/sys/class/drm")):
        model = " ".join(_text(card / "device" / fact) for fact in ("vendor", "device", "revision"))
        driver = card / "device" / "driver"
        yield f"{card.name} {model} {os.path.realpath(driver) if driver.exists() else ''}"
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


def machine_file(cache: Path, name: str) -> Path:
    """The path of a file of this machine in a cache folder, which several machines may share."""
    return cache / f"{name}-{platform.node() or 'here'}"


def _read(cache: Path | None, key: str) -> list[Acceleration] | None:
    if cache is None:
        return None
    path = machine_file(cache, "acceleration.json")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["key"] != key or time.time() - path.stat().st_mtime > CACHE_SECONDS:
            return None
        return [Acceleration(**(entry | {"decodes": tuple(entry["decodes"])})) for entry in stored["found"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(cache: Path | None, key: str, results: list[Acceleration]) -> None:
    if cache is None:
        return
    text = json.dumps({"key": key, "found": [asdict(entry) for entry in results]}, indent=1)
    path = machine_file(cache, "acceleration.json")
    with contextlib.suppress(OSError):
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
