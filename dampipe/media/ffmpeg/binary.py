"""Which ffmpeg this machine uses: the configured one, else a recent one on the PATH, else the bundled one."""

import functools
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dampipe.kernel.errors import Unavailable
from dampipe.media.ffmpeg.sandbox import NONE, Sandbox

OLDEST = (7, 1)
"""Older ones lack options that the preview needs (bitstream filters on inputs, encoder statistics)."""
_OLDEST_LIBAVCODEC = (61, 19)
_SECONDS = 20.0


@dataclass(frozen=True)
class Ffmpeg:
    """An ffmpeg that was seen to run."""

    path: str
    version: str
    """As it calls itself, "n9.0.2-17-g2a571b6068"."""
    number: tuple[int, ...]
    """(9, 0, 2); for a development build the release it precedes or follows, by its libavcodec."""
    why: str
    """One sentence: why this one and not another."""
    isolation: Sandbox = NONE
    """The wall it runs in when it reads footage."""

    def has_filter(self, name: str) -> bool:
        """Whether the filter is compiled in. Asks ffmpeg once per process."""
        return name in _listed(self.path, "-filters")

    def has_encoder(self, name: str) -> bool:
        """Whether the encoder is compiled in; says nothing about whether it works here."""
        return name in _listed(self.path, "-encoders")


def find_ffmpeg(configured: str | None = None) -> Ffmpeg:
    """The ffmpeg to use.

    configured: a path or a command name from the settings. Raises `Unavailable` when none works.
    """
    refused: list[str] = []
    for origin, path in _candidates(configured):
        if path is None:
            refused.append(f"{origin} is not there")
            continue
        found = _look_at(path)
        if isinstance(found, str):
            refused.append(f"{origin} {found}")
        elif found.number < OLDEST:
            refused.append(f"{origin} is {found.version}, older than {_dotted(OLDEST)}")
        else:
            because = f", because {' and '.join(refused)}" if refused else ""
            return replace(found, why=f"{origin} is used{because}.")
    raise Unavailable(
        f"no ffmpeg can be used: {'; '.join(refused)}",
        hint=f"install ffmpeg {_dotted(OLDEST)} or newer, or the package imageio-ffmpeg, which brings one",
    )


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


def _look_at(path: str) -> Ffmpeg | str:
    """What `path` is, or why it cannot be used."""
    try:
        text = _output(path, "-version")
    except (OSError, subprocess.SubprocessError) as error:
        return f"does not run ({type(error).__name__})"
    named = re.search(r"^ffmpeg version (\S+)", text, re.MULTILINE)
    if named is None:
        return "is not ffmpeg"
    return Ffmpeg(path, named[1], version_number(named[1], text), "")


def version_number(version: str, text: str) -> tuple[int, ...]:
    """The release number in a version text; a development build is dated by its libavcodec.

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
def _listed(path: str, what: str) -> frozenset[str]:
    try:
        text = _output(path, what)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(line.split()[1] for line in text.splitlines() if len(line.split()) > 2)


def _output(path: str, *arguments: str) -> str:
    done = subprocess.run(
        [path, "-hide_banner", *arguments] if arguments != ("-version",) else [path, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SECONDS,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace")


def _dotted(number: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in number)
