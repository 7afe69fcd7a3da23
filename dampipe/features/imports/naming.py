"""Where each file of a session goes: by the pattern, beside the clip with which it travels, or in its structure."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from dampipe.features.imports.facts import FactReader, file_time
from dampipe.features.imports.importers import Importer, OriginFile
from dampipe.features.imports.model import Facts
from dampipe.features.imports.pattern import Pattern, Value
from dampipe.features.imports.places import SAME_TIME, Place
from dampipe.features.imports.tables import ImportFileRow
from dampipe.kernel.paths import join_key, split_key

MOST_NUMBERS = 10_000
_HEAD = 1 << 20
"""Bytes by which the first clips of two cards are compared."""


class Naming:
    """The names of one session."""

    def __init__(
        self, importer: Importer, origin: str, pattern: Pattern, facts: FactReader, created_at: float
    ) -> None:
        self._importer = importer
        self._origin = origin
        self._pattern = pattern
        self._facts = facts
        self._imported_on = datetime.fromtimestamp(created_at)

    def of_file(self, file: ImportFileRow) -> str:
        """The target of a file that the pattern names."""
        folder, name = split_key(name_of(file))
        facts = (
            Facts.model_validate_json(file.facts) if file.facts else self._facts_of(file.key, file.mtime_ns)
        )
        return self._pattern.path(self._values(facts, folder, name))

    def of_structure(self, structure: str, files: Sequence[OriginFile]) -> str:
        """The folder of a structure, by its first clip. files: those of the structure."""
        footage = [file for file in files if file.is_footage and file.set_aside is None]
        first = min(footage or files, key=lambda file: (file.mtime_ns, os.fsencode(file.key)))
        facts = (
            self._facts_of(first.key, first.mtime_ns) if footage else Facts(shot_on=file_time(first.mtime_ns))
        )
        above, name = split_key(structure) if structure else ("", self._importer.label(self._origin))
        return self._pattern.path(self._values(facts, above, name))

    def begins_alike(self, file: OriginFile, place: Place, target: str) -> bool:
        """Whether a file of the origin begins as that at a destination does; also if one of them is not there."""
        copy = place.head(target, _HEAD)
        if copy is None:
            return True
        try:
            with self._importer.open(self._origin, file.key) as original:
                found = b""
                while len(found) < _HEAD and (block := original.read(_HEAD - len(found))):
                    found += block
                return copy == found
        except OSError:
            return True

    def _facts_of(self, key: str, mtime_ns: int) -> Facts:
        if not self._pattern.fields & {"camera", "shot_on"}:
            return Facts(shot_on=file_time(mtime_ns))
        return self._facts.read(self._importer.local_path(self._origin, key), mtime_ns)

    def _values(self, facts: Facts, folder: str, name: str) -> dict[str, Value]:
        stem, dot, suffix = name.rpartition(".")
        if not stem:
            stem, suffix = name, ""
        return {
            "name": name,
            "stem": stem,
            "suffix": suffix if dot else "",
            "folder": folder,
            "card": self._importer.label(self._origin),
            "camera": facts.camera,
            "shot_on": facts.shot_on,
            "imported_on": self._imported_on,
        }


def name_of(file: ImportFileRow) -> str:
    """The path below the origin by which the pattern names a file."""
    return file.named or file.key


def beside(lead: str, lead_target: str, key: str) -> str:
    """The target of a file that travels with another: in its folder, and named after it.

    >>> beside("a/C0001.MP4", "2024/C0001-2.MP4", "a/C0001M01.XML")
    '2024/C0001-2M01.XML'
    >>> beside("a/C0001.MP4", "2024/C0001-2.MP4", "a/c0001.mp4.xmp")
    '2024/C0001-2.MP4.xmp'
    """
    name, old, new = split_key(key)[1], split_key(lead)[1], split_key(lead_target)[1]
    for before, after in ((old, new), (_stem(old), _stem(new))):
        if name.casefold().startswith(before.casefold()) and len(before.casefold()) == len(before):
            name = after + name[len(before) :]
            break
    return join_key(split_key(lead_target)[0], name)


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def in_structure(structure: str, folder: str, key: str) -> str:
    """The target of a file that keeps its place in a structure.

    >>> in_structure("a/CARD", "2024/CARD-2", "a/CARD/CLIP/C0001.MP4"), in_structure("", "CARD", "DCIM/1.JPG")
    ('2024/CARD-2/CLIP/C0001.MP4', 'CARD/DCIM/1.JPG')
    """
    return join_key(folder, key[len(structure) + 1 :] if structure else key)


def free_folder(
    wanted: str,
    structure: str,
    files: Sequence[OriginFile],
    places: Sequence[Place],
    is_taken: Callable[[str], bool],
    begins_alike: Callable[[OriginFile, Place, str], bool],
) -> str:
    """The folder of a structure, with a number where there is another one: a card of the same name and day.

    A folder is that of the same structure if nothing in it contradicts the listing (a file of another size or time), and
    its first clip begins with the same bytes. is_taken: whether another import uses a folder. begins_alike: whether a
    file of the origin, and one at a destination, do so.
    """
    first = _first(files)
    for number in range(1, MOST_NUMBERS):
        folder = numbered_folder(wanted, number)
        if is_taken(folder):
            continue

        def target(file: OriginFile, folder: str = folder) -> str:
            return in_structure(structure, folder, file.key)

        if all(_fits(place, target(file), file) for place in places for file in files) and all(
            begins_alike(first, place, target(first)) for place in places
        ):
            return folder
    return numbered_folder(wanted, MOST_NUMBERS)


def _first(files: Sequence[OriginFile]) -> OriginFile:
    """The first clip of a structure, or the first file of one without clips."""
    usable = [file for file in files if file.set_aside is None] or files
    clips = [file for file in usable if file.is_footage] or usable
    return min(clips, key=lambda file: (file.mtime_ns, os.fsencode(file.key)))


def numbered_folder(folder: str, number: int) -> str:
    """The folder with a number at its end, whatever full stops are in its name.

    >>> numbered_folder("2024/A001.RDM", 2), numbered_folder("CARD", 1)
    ('2024/A001.RDM-2', 'CARD')
    """
    return folder if number == 1 else f"{folder}-{number}"


def _fits(place: Place, target: str, file: OriginFile) -> bool:
    """Whether nothing is at a target, or a file of the same size and time."""
    if file.set_aside is not None:
        return True
    try:
        size = place.size_at(target)
        if size is None:
            return True
        time = place.time_at(target)
        return size == file.size and (time is None or abs(time - file.mtime_ns) <= SAME_TIME)
    except OSError:
        return True  # the copy says what is wrong with the name


def choose_structures(
    naming: Naming,
    files: Sequence[OriginFile],
    known: Mapping[str, str],
    places: Sequence[Place],
    is_taken: Callable[[str], bool],
) -> dict[str, str]:
    """The folders of all structures of a listing, by the structures' own. known: those chosen before."""
    chosen = dict(known)
    by_structure: dict[str, list[OriginFile]] = {}
    for file in files:
        if file.structure is not None:
            by_structure.setdefault(file.structure, []).append(file)
    for structure, own in by_structure.items():
        if structure not in chosen:
            mine = set(chosen.values())
            wanted = naming.of_structure(structure, own)
            chosen[structure] = free_folder(
                wanted, structure, own, places,
                lambda folder, mine=mine: folder in mine or is_taken(folder),  # type: ignore[misc]
                naming.begins_alike,
            )  # fmt: skip
    return chosen
