"""Finds the ffmpeg to use: the configured one, else a recent one on the PATH, else the bundled one."""

import functools
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dampipe.kernel.errors import Unavailable
from dampipe.media.errors import FFMPEG_MISSING
from dampipe.media.ffmpeg.sandbox import NO_SANDBOX, Sandbox

OLDEST = (7, 1)
"""Older releases lack options that the preview needs (bitstream filters on inputs, encoder statistics)."""
_OLDEST_LIBAVCODEC = (61, 19)
_TIMEOUT = 20.0


@dataclass(frozen=True)
class Ffmpeg:
    """An ffmpeg that runs on this machine."""

    path: str
    version: str
    """As it reports it, "n9.0.2-17-g2a571b6068"."""
    number: tuple[int, ...]
    """(9, 0, 2); a development build counts as the release that its libavcodec belongs to."""
    reason: str
    """One sentence: why this one was chosen."""
    sandbox: Sandbox = NO_SANDBOX
    """The sandbox in which it reads footage."""

    def has_filter(self, name: str) -> bool:
        """Return whether the filter is compiled in. Runs ffmpeg once per process."""
        return name in _compiled_in(self.path, "-filters")

    def has_encoder(self, name: str) -> bool:
        """Return whether the encoder is compiled in, which does not mean that it works here."""
        return name in _compiled_in(self.path, "-encoders")


def find_ffmpeg(configured: str | None = None) -> Ffmpeg:
    """Find the ffmpeg to use.

    configured: a path or a command name from the settings. Raises `Unavailable` when none works.
    """
    rejected: list[str] = []
    for origin, path in _candidates(configured):
        if path is None:
            rejected.append(f"{origin} was not found")
            continue
        found = _inspect(path)
        if isinstance(found, str):
            rejected.append(f"{origin} {found}")
        elif found.number < OLDEST:
            rejected.append(f"{origin} is {found.version}, older than {_dotted(OLDEST)}")
        else:
            because = f", because {' and '.join(rejected)}" if rejected else ""
            return replace(found, reason=f"{origin} is used{because}.")
    raise Unavailable(FFMPEG_MISSING, rejected="; ".join(rejected), oldest=_dotted(OLDEST))


def _candidates(configured: str | None) -> Iterator[tuple[str, str | None]]:
    if configured:
        yield f"the configured ffmpeg ({configured})", shutil.which(configured)
    yield "the ffmpeg on the PATH", shutil.which("ffmpeg")
    yield "the bundled ffmpeg", _bundled()


def _bundled() -> str | None:
    try:
        import imageio_ffmpeg

        path = imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError, OSError):
        return None
    return str(path)


def _inspect(path: str) -> Ffmpeg | str:
    """The ffmpeg at `path`, or why it cannot be used."""
    try:
        text = _output(path, "-version")
    except (OSError, subprocess.SubprocessError) as error:
        return f"does not run ({type(error).__name__})"
    version = re.search(r"^ffmpeg version (\S+)", text, re.MULTILINE)
    if version is None:
        return "is not ffmpeg"
    return Ffmpeg(path, version[1], version_number(version[1], text), "")


def version_number(version: str, text: str) -> tuple[int, ...]:
    """Parse the release number of a version text; a development build is classified by its libavcodec.

    >>> version_number("n9.0.2-17-g2a571b6068", "")
    (9, 0, 2)
    >>> version_number("N-121000-gabc", "libavcodec     62.  3.101 / 62.  3.101")
    (8, 0)
    >>> version_number("N-110000-gabc", "libavcodec     60.  3.100 / 60.  3.100")
    (6, 0)
    """
    release = re.match(r"n?(\d{1,3}(?:\.\d+)*)(?!\d)", version)
    if release:
        return tuple(int(part) for part in release[1].split("."))
    library = re.search(r"libavcodec\s+(\d+)\.\s*(\d+)", text)
    if library is None:
        return (0,)
    codec = (int(library[1]), int(library[2]))
    return (codec[0] - 54, 1 if codec[0] == 61 and codec >= _OLDEST_LIBAVCODEC else 0)


@functools.cache
def _compiled_in(path: str, option: str) -> frozenset[str]:
    try:
        text = _output(path, option)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(line.split()[1] for line in text.splitlines() if len(line.split()) > 2)


def _output(path: str, *arguments: str) -> str:
    process = subprocess.run(
        [path, "-hide_banner", *arguments] if arguments != ("-version",) else [path, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT,
        check=True,
    )
    return process.stdout.decode("utf-8", "replace")


def _dotted(number: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in number)
