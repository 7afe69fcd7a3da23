"""Which files belong together, by the identifiers that cameras write, and by names, sizes and times.

Rules are pure functions of `GroupFile`s: no I/O. A group has a primary asset, which stands for it; the order of the
others is that of recording.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from dampipe.features.sources.cards import card_of
from dampipe.media.filetypes import RAW_SUFFIXES
from dampipe.media.info import MediaKind


class GroupKind(StrEnum):
    """Why the members of a group belong together. Where several reasons meet, the last one names the group."""

    RAW = "raw"
    """A camera raw file and what the camera developed of it."""
    LIVE = "live"
    """A photograph and the film that was recorded with it."""
    CHAPTERS = "chapters"
    """One recording, cut into files by the camera."""
    BURST = "burst"
    """Photographs of one press of the shutter."""


class Role(StrEnum):
    """What a member is in its group."""

    PRIMARY = "primary"
    RAW = "raw"
    FILM = "film"
    CHAPTER = "chapter"
    SHOT = "shot"


class Member(BaseModel):
    """A member of a group, as the API shows it."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1."""
    name: str
    role: Role


class Group(BaseModel):
    """The asset group of an asset."""

    model_config = ConfigDict(frozen=True)

    kind: GroupKind
    members: tuple[Member, ...]
    """The primary asset first."""

    def __str__(self) -> str:
        """In words, for people."""
        names = ", ".join(f"{member.name} ({member.role})" for member in self.members)
        return f"{self.kind}, {len(self.members)} files: {names}"


@dataclass(frozen=True)
class GroupFile:
    """A present file of an asset that was probed, with what the rules ask for."""

    asset: int
    folder: int
    path: str
    """Absolute path, or URL, of the folder."""
    name: str
    kind: str | None
    size: int
    time: float
    """When it was recorded, or its file changed; seconds since 1970."""
    duration: float | None = None
    content_id: str | None = None
    burst_id: str | None = None
    recording_id: str | None = None
    recording_offset: int = 0

    @property
    def stem(self) -> str:
        """The name without suffix, in lower case."""
        return (self.name.rpartition(".")[0] or self.name).casefold()

    @property
    def suffix(self) -> str:
        """In lower case, with the dot."""
        return self.name[self.name.rfind(".") :].lower()

    @property
    def is_raw(self) -> bool:
        """Whether it is a camera raw file."""
        return self.suffix in RAW_SUFFIXES

    @property
    def is_photograph(self) -> bool:
        """Whether it is a still that a camera developed."""
        return self.kind == MediaKind.STILL and not self.is_raw

    @property
    def is_film(self) -> bool:
        """Whether it has moving pictures."""
        return self.kind == MediaKind.VIDEO


@dataclass(frozen=True)
class Grouped:
    """A group as the rules find it: asset and role, the primary asset first."""

    kind: GroupKind
    members: tuple[tuple[int, Role], ...]


@dataclass(frozen=True)
class _Link:
    """Files that one rule puts together, in their order."""

    kind: GroupKind
    files: tuple[GroupFile, ...]


LIVE_SECONDS = 6.0
"""Longest film of a photograph that has no identifier."""
_LIVE_STILLS = (".heic", ".heif", ".hif", ".jpg", ".jpeg")
_LIVE_FILMS = (".mov", ".mp4")
SAME_TIME = 3.0
"""Seconds between the times of a photograph and its film, where they have no identifiers."""
_ZONE = 900.0
_FARTHEST_ZONE = 26 * 3600.0
_SPLITS = (2 << 30, 4 << 30)
"""Sizes at which cameras continue in another file: limits of file systems."""
_NEARLY = 0.96
"""A file is full if it has this part of the limit: cameras stop at a whole group of pictures, or a little earlier."""
_CHAPTER_GAP = 5.0
"""Seconds between the end of a full file and the beginning of the one that continues it."""
_GOPRO = re.compile(r"g([hxls])(\d\d)(\d{4})")
_GOPRO_OLD = re.compile(r"g(?:opr|p(\d\d))(\d{4})")
_PART_OF_EX = re.compile(r"(.+_\d{4})_(\d\d)")
_CANON_XF = re.compile(r"clips\d{3}", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*?)(\d+)")


def groups_of(files: Iterable[GroupFile]) -> list[Grouped]:
    """The groups among these files. An asset is in one group at most; where rules meet, their groups are one."""
    by_asset = {
        file.asset: file for file in sorted(files, key=lambda file: (file.folder, file.name), reverse=True)
    }
    all_files = sorted(files, key=lambda file: (file.folder, file.name))
    links = [
        link for rule in _RULES for link in rule(all_files) if len({file.asset for file in link.files}) > 1
    ]
    group: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    kinds: dict[int, GroupKind] = {}
    for number, link in enumerate(links):
        members[number], kinds[number] = [], link.kind
        for file in link.files:
            other = group.get(file.asset)
            if other == number:
                continue
            joined = [file.asset] if other is None else members.pop(other)
            if other is not None:
                kinds[number] = max(kinds[number], kinds.pop(other), key=_ORDER.index)
            members[number] += joined
            group.update(dict.fromkeys(joined, number))
    return [
        Grouped(kinds[number], _in_order(kinds[number], [by_asset[asset] for asset in assets], links))
        for number, assets in members.items()
    ]


def _in_order(
    kind: GroupKind, files: Sequence[GroupFile], links: Sequence[_Link]
) -> tuple[tuple[int, Role], ...]:
    assets = {file.asset for file in files}
    chapters = [
        file.asset
        for link in links
        if link.kind is GroupKind.CHAPTERS and link.files[0].asset in assets
        for file in link.files
    ]
    if chapters:
        order = list(dict.fromkeys(chapters))
        rest = [file.asset for file in sorted(files, key=_rank) if file.asset not in order]
        ordered = [*order, *rest]
    else:
        ordered = [file.asset for file in sorted(files, key=_rank)]
    facts = {file.asset: file for file in files}
    return tuple(
        (asset, Role.PRIMARY if not number else _role(kind, facts[asset], asset in chapters))
        for number, asset in enumerate(ordered)
    )


def _rank(file: GroupFile) -> tuple[bool, bool, float, str]:
    """Photographs before raw files before films, then by time."""
    return file.is_film, file.is_raw, file.time, file.name


def _role(kind: GroupKind, file: GroupFile, is_chapter: bool) -> Role:
    if is_chapter:
        return Role.CHAPTER
    if file.is_raw:
        return Role.RAW
    return Role.FILM if file.is_film else Role.SHOT


def _raw_and_developed(files: Sequence[GroupFile]) -> Iterator[_Link]:
    for same in _by(files, lambda file: (file.folder, file.stem)):
        raw = [file for file in same if file.is_raw]
        developed = [file for file in same if file.is_photograph]
        if raw and developed:
            yield _Link(GroupKind.RAW, (*developed, *raw))


def _live(files: Sequence[GroupFile]) -> Iterator[_Link]:
    """Photograph and film by identifier; without any, by folder, stem, length and time."""
    for same in _by([file for file in files if file.content_id], lambda file: file.content_id):
        stills = [file for file in same if not file.is_film]
        films = [file for file in same if file.is_film]
        if stills and films:
            yield _Link(GroupKind.LIVE, (*stills, *films))
    for same in _by(files, lambda file: (file.folder, file.stem)):
        stills = [file for file in same if file.is_photograph and file.suffix in _LIVE_STILLS]
        films = [file for file in same if file.is_film and file.suffix in _LIVE_FILMS]
        for film in (file for file in films if (file.duration or 99.0) <= LIVE_SECONDS):
            near = [still for still in stills if _may_be_live(still, film)]
            if near:
                yield _Link(GroupKind.LIVE, (*near, film))


def _may_be_live(still: GroupFile, film: GroupFile) -> bool:
    if still.content_id and film.content_id:
        return still.content_id == film.content_id
    apart = abs(still.time - film.time)
    # One of the two may be in local time: zones differ by quarters of an hour.
    return apart <= _FARTHEST_ZONE and min(apart % _ZONE, _ZONE - apart % _ZONE) <= SAME_TIME


def _bursts(files: Sequence[GroupFile]) -> Iterator[_Link]:
    for same in _by([file for file in files if file.burst_id], lambda file: file.burst_id):
        yield _Link(GroupKind.BURST, tuple(sorted(same, key=_rank)))


def _gopro_chapters(files: Sequence[GroupFile]) -> Iterator[_Link]:
    """GX010123, GX020123 … of one recording; older cameras: GOPR0123, GP010123 …"""
    keyed = [(file, key) for file in files if (key := _gopro_key(file)) is not None]
    chapters = {(file.folder, file.name): key for file, key in keyed}
    for same in _by(
        [file for file, _ in keyed], lambda file: (file.folder, chapters[file.folder, file.name][0])
    ):
        yield _Link(
            GroupKind.CHAPTERS, tuple(sorted(same, key=lambda file: chapters[file.folder, file.name][1]))
        )


def _gopro_key(file: GroupFile) -> tuple[str, int] | None:
    """The recording and the number of the chapter."""
    if not file.is_film:
        return None
    if match := _GOPRO.fullmatch(file.stem):
        return f"{match[1]}{match[3]}{file.suffix}", int(match[2])
    if match := _GOPRO_OLD.fullmatch(file.stem):
        return f"old{match[2]}{file.suffix}", int(match[1] or 0)
    return None


def _recordings(files: Sequence[GroupFile]) -> Iterator[_Link]:
    """Files of one recording by the identifier in them (P2), wherever they are."""
    for same in _by([file for file in files if file.recording_id], lambda file: file.recording_id):
        yield _Link(
            GroupKind.CHAPTERS, tuple(sorted(same, key=lambda file: (file.recording_offset, file.name)))
        )


def _numbered_parts(files: Sequence[GroupFile]) -> Iterator[_Link]:
    """Parts of a recording by their numbers, which start at 01 in each recording: XDCAM EX and Canon XF."""
    recordings: dict[tuple[str, str], dict[int, GroupFile]] = {}
    for file in files:
        key = _part_key(file)
        if key is not None:
            recordings.setdefault(key[0], {})[key[1]] = file
    for parts in recordings.values():
        if len(parts) > 1 and sorted(parts) == list(range(1, len(parts) + 1)):
            yield _Link(GroupKind.CHAPTERS, tuple(parts[number] for number in sorted(parts)))


def _part_key(file: GroupFile) -> tuple[tuple[str, str], int] | None:
    """The recording and the number of the part."""
    if not file.is_film:
        return None
    above, _, folder = file.path.rpartition("/")
    if is_clips_of_xdcam_ex(above) and folder.casefold() == file.stem:  # CLPR/829_0001_02/829_0001_02.MP4
        match = _PART_OF_EX.fullmatch(file.stem)
    elif _CANON_XF.fullmatch(above.rpartition("/")[2]):  # CLIPS001/AA0001/AA000102.MXF
        match = re.fullmatch(rf"({re.escape(folder.casefold())})(\d\d)", file.stem)
        above = file.path
    else:
        return None
    return ((above.casefold(), match[1]), int(match[2])) if match else None


def is_clips_of_xdcam_ex(folder: str) -> bool:
    """Whether a path is that of the folder of a card in which each file of XDCAM EX has a folder of its own."""
    return folder.casefold().endswith("bpav/clpr")


def _full_files(files: Sequence[GroupFile]) -> Iterator[_Link]:
    """Files of a camera card that are full, each with the next number, which continues it."""
    numbered: dict[tuple[int, str, int, str], GroupFile] = {}
    for file in files:
        match = _NUMBERED.fullmatch(file.stem)
        is_other = _gopro_key(file) is not None or _part_key(file) is not None
        if match and file.is_film and not is_other and card_of(file.path) is not None:
            numbered[file.folder, match[1], int(match[2]), file.suffix] = file
    run: list[GroupFile] = []
    for (first_key, first), (second_key, second) in pairwise(sorted(numbered.items())):
        same = first_key[:2] == second_key[:2] and first_key[3] == second_key[3]
        if same and first_key[2] + 1 == second_key[2] and _continues(first, second):
            run = run or [first]
            run.append(second)
        elif run:
            yield _Link(GroupKind.CHAPTERS, tuple(run))
            run = []
    if run:
        yield _Link(GroupKind.CHAPTERS, tuple(run))


def _continues(first: GroupFile, second: GroupFile) -> bool:
    is_full = any(_NEARLY * limit <= first.size <= limit for limit in _SPLITS)
    if not is_full or first.duration is None:
        return False
    # The time of a file is that of its beginning, or of its end where only the file system has kept one.
    ends = (first.time + first.duration, first.time + (second.duration or 0.0))
    return any(abs(second.time - end) <= _CHAPTER_GAP for end in ends)


def _by(files: Iterable[GroupFile], key: Callable[[GroupFile], object]) -> Iterator[list[GroupFile]]:
    """Files with an equal key, where there are two or more."""
    found: dict[object, list[GroupFile]] = {}
    for file in files:
        found.setdefault(key(file), []).append(file)
    return (same for same in found.values() if len(same) > 1)


_RULES: tuple[Callable[[Sequence[GroupFile]], Iterator[_Link]], ...] = (
    _raw_and_developed,
    _live,
    _gopro_chapters,
    _recordings,
    _numbered_parts,
    _full_files,
    _bursts,
)
_ORDER = list(GroupKind)
