"""The rules by which a clip is matched with files; no I/O."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from dampipe.features.timelines.model import How
from dampipe.features.timelines.queries import File
from dampipe.kernel.unicode_paths import composed, spellings
from dampipe.media.info import MediaInfo
from dampipe.media.timecode import Timecode, base_of, fitted, frame_number
from dampipe.timeline.frames import own_rate
from dampipe.timeline.reading.source_clip import SourceClip

SUFFIXES = (
    *(
        "mov",
        "mp4",
        "mxf",
        "mkv",
        "avi",
        "mts",
        "m2ts",
        "m4v",
        "mpg",
        "ts",
        "webm",
        "r3d",
        "braw",
        "insv",
        "dv",
    ),
    *("wav", "mp3", "aif", "aiff", "m4a", "flac"),
    *("jpg", "jpeg", "png", "tif", "tiff", "dng", "heic"),
)
"""Suffixes that are tried for a name without one, in small and in capital letters."""
SHORTEST_REEL = 3
TOLERANCE = 2
"""Frames by which an out point may lie behind the end of a file: programs round the length."""


@dataclass(frozen=True)
class Found:
    """The files that a clip is found by, in the surest way there is."""

    how: How
    files: tuple[File, ...]


def key(name: str) -> str:
    """A name as names are compared: without case, in one normal form."""
    return composed(name).casefold()


def reel_key(name: str) -> str:
    """A reel as reels are compared: its letters and digits, without case.

    >>> reel_key("A001_C003"), reel_key("a001c003")
    ('A001C003', 'A001C003')
    """
    return re.sub(r"[\W_]", "", name).upper()


def named(clip: SourceClip) -> list[str]:
    """The names that the file of a clip may have, by its path and its name."""
    return list(dict.fromkeys(filter(None, [*(PurePosixPath(path).name for path in clip.paths), clip.name])))


def exact_names(clip: SourceClip) -> set[str]:
    """The names that the timeline gives, in all spellings and cases."""
    return _storable({other for name in named(clip) for other in (name, *_cases(name))})


def stem_names(clip: SourceClip) -> set[str]:
    """Those names, and the reel, with every suffix of footage."""
    given = [*named(clip), clip.reel]
    stems = {PurePosixPath(name).stem if _has_suffix(name) else name for name in given if name}
    return _storable(
        {f"{stem}.{suffix}" for stem in stems for end in SUFFIXES for suffix in (end, end.upper())}
    )


def _storable(names: Iterable[str]) -> set[str]:
    """Names that a file can have, composed and decomposed."""
    return {spelled for name in names if len(os.fsencode(name)) < 256 for spelled in spellings(name)}


def _cases(name: str) -> tuple[str, ...]:
    """A name in the cases in which cameras and file systems write it."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    return name.lower(), name.upper(), f"{stem.upper()}{suffix.lower()}", f"{stem.lower()}{suffix.upper()}"


def _has_suffix(name: str) -> bool:
    return PurePosixPath(name).suffix.lower().lstrip(".") in SUFFIXES


def best(clip: SourceClip, files: Iterable[File], media: Mapping[int, MediaInfo]) -> Found | None:
    """The surest way in which files, found by name or by reel, are that of a clip; None: none is.

    media: by version, of those that were probed.
    """
    by_way: dict[How, list[File]] = {}
    for file in files:
        way = _way(clip, file, media.get(file.version))
        if way is not None:
            by_way.setdefault(way, []).append(file)
    for way in How:
        if way in by_way:
            return Found(way, tuple(by_way[way]))
    return None


def _way(clip: SourceClip, file: File, media: MediaInfo | None) -> How | None:
    fits = lies_in(clip, media)
    if any(_has_folder_too(path, file.path) for path in clip.paths) and fits is not False:
        return How.PATH_END
    if clip.reel and fits and _is_of_reel(clip.reel, file.path):
        return How.REEL
    names = {key(name) for name in named(clip)}
    if names & {key(file.name), key(PurePosixPath(file.name).stem)}:
        if fits is None:
            return How.NAME
        return How.NAME_AND_CODE if fits else How.NAME_ALONE
    stems = {key(PurePosixPath(name).stem) for name in named(clip) if _has_suffix(name)}
    return How.STEM if key(PurePosixPath(file.name).stem) in stems and fits is not False else None


def _has_folder_too(path: str, other: str) -> bool:
    """Whether the names of two files are equal, and those of their folders."""
    ends = [tuple(map(key, PurePosixPath(one).parts[-2:])) for one in (path, other)]
    return ends[0] == ends[1] and len(ends[0]) == 2 and ends[0][0] not in ("/", "")


def _is_of_reel(reel: str, path: str) -> bool:
    """Whether a file or a folder that it lies in is named for a reel."""
    wanted = reel_key(reel)
    if len(wanted) < SHORTEST_REEL:
        return False
    place = PurePosixPath(path)
    return wanted in {reel_key(place.stem), *(reel_key(part) for part in place.parts[:-1])}


def lies_in(clip: SourceClip, media: MediaInfo | None) -> bool | None:
    """Whether the time codes of a clip lie in a file; None where there is nothing to compare.

    A file without a time code starts at 00:00:00:00 in editing programs. That a code lies in it says little then, since
    it would lie in every such file.
    """
    rate = own_rate(media)
    if media is None or rate is None or not media.duration or not clip.timecode_in:
        return None
    try:
        first = Timecode.parse(clip.timecode_in)
        last = Timecode.parse(clip.timecode_out) if clip.timecode_out else first
        start = Timecode.parse(media.timecode) if media.timecode else Timecode(0, 0, 0, 0)
    except ValueError:
        return None
    base = base_of(rate)
    stated = base_of(clip.rate) if clip.rate is not None else None
    begins = frame_number(fitted(start, media.timecode_base, rate), base)
    day = 24 * 3600 * base
    offset = (frame_number(fitted(first, stated, rate), base) - begins) % day
    length = (frame_number(fitted(last, stated, rate), base) - begins - offset) % day
    is_in = offset + length <= round(media.duration * rate) + TOLERANCE
    return None if is_in and media.timecode is None else is_in


def distinct_assets(files: Sequence[File]) -> dict[int, File]:
    """One file for each asset, in their order."""
    found: dict[int, File] = {}
    for file in files:
        found.setdefault(file.asset, file)
    return found
