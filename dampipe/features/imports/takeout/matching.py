"""Which JSON file describes which photograph, among the files of one folder of all parts. No I/O but titles on demand.

A name is decided by the first of these rules that finds something; a JSON file of the same part goes before others:

1. the names that Takeout gives to JSON files (names.py), where they are unambiguous;
2. of names that were cut, where several photographs share them: the title in the JSON file;
3. the film of a live photograph, and an edited copy: what describes the photograph;
4. the title in a JSON file that is still left;
5. a further copy, with a number, of a photograph whose name was cut: what describes the first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dampipe.features.imports.takeout.names import (
    JsonName,
    MediaName,
    bases,
    is_cut,
    is_titled,
    json_name,
    media_name,
    media_of,
    unedited,
)

FILMS = (".mp4", ".mov", ".mp", ".mp~2", ".mp~3", ".m4v")
"""Suffixes of the films of live and motion photographs."""


class Item(NamedTuple):
    """A file of the folder."""

    id: int
    name: str
    part: int


@dataclass
class Matched:
    """What belongs together."""

    described: dict[int, int] = field(default_factory=dict)
    """The JSON file of a photograph or film."""
    leads: dict[int, int] = field(default_factory=dict)
    """The photograph of the film of a live photograph."""
    originals: dict[int, int] = field(default_factory=dict)
    """The photograph of which another one is an edited copy."""


def match(media: Sequence[Item], jsons: Sequence[Item], title_of: Callable[[int], str]) -> Matched:
    """Match the files of one folder. title_of: the title in a JSON file; "": none, or it cannot be read."""
    return _Match(media, jsons, title_of).run()


class _Match:
    def __init__(self, media: Sequence[Item], jsons: Sequence[Item], title_of: Callable[[int], str]) -> None:
        self._media = [(one, media_name(one.name)) for one in media]
        self._jsons = [(one, json_name(one.name)) for one in jsons]
        self._title_of = title_of
        self._by_name: dict[JsonName, list[Item]] = defaultdict(list)
        for item, name in self._jsons:
            self._by_name[name].append(item)
        self._found = Matched()

    def run(self) -> Matched:
        self._by_names()
        stills = self._stills()
        self._films(stills)
        self._edited(stills)
        self._by_titles()
        self._further_copies()
        self._films(self._stills())
        return self._found

    def _left(self) -> list[tuple[Item, MediaName]]:
        return [(item, name) for item, name in self._media if item.id not in self._found.described]

    def _take(self, item: Item, found: Iterable[Item]) -> None:
        self._found.described[item.id] = min(found, key=lambda one: (one.part != item.part, one.id)).id

    def _by_names(self) -> None:
        claims: dict[JsonName, list[tuple[Item, MediaName]]] = defaultdict(list)
        for item, name in self._media:
            for plain, number in dict.fromkeys(((_whole(name), 0), (name.plain, name.number))):
                key = self._first(plain, number)
                if key is None or (
                    name.number and not number and len(key.base) < len(plain) - len(name.suffix)
                ):
                    continue  # the number of a name that was cut is not in it
                if is_cut(key.base, plain):
                    claims[key].append((item, name))
                else:
                    self._take(item, self._by_name[key])
                break
        for key, claimants in claims.items():
            jsons = self._by_name[key]
            if len({name for _, name in claimants}) > 1:
                titles = [self._title_of(one.id) for one in jsons]
                claimants = [
                    (item, name) for item, name in claimants if any(is_titled(name, one) for one in titles)
                ]
            for item, _ in claimants:
                self._take(item, jsons)

    def _first(self, plain: str, number: int) -> JsonName | None:
        return next(
            (key for base in bases(plain, number) if (key := JsonName(base, number)) in self._by_name), None
        )

    def _stills(self) -> dict[tuple[str, int], list[Item]]:
        """The photographs that are described, by stem and number; those of pixels, whose stem ends with .MP, too."""
        found: dict[tuple[str, int], list[Item]] = defaultdict(list)
        for item, name in self._media:
            if item.id in self._found.described and name.suffix.casefold() not in FILMS:
                found[name.stem.casefold(), name.number].append(item)
        return found

    def _films(self, stills: dict[tuple[str, int], list[Item]]) -> None:
        for item, name in self._media:
            if name.suffix.casefold() not in FILMS or item.id in self._found.leads:
                continue
            whole = name.plain.casefold()
            near = stills.get((name.stem.casefold(), name.number)) or stills.get((whole, name.number))
            if near:
                still = min(near, key=lambda one: (one.part != item.part, one.id))
                self._found.leads[item.id] = still.id
                self._found.described.setdefault(item.id, self._found.described[still.id])

    def _edited(self, stills: dict[tuple[str, int], list[Item]]) -> None:
        by_stem: dict[tuple[str, int], list[Item]] = defaultdict(list)
        for item, json in self._jsons:
            by_stem[media_name(media_of(json.base)).stem.casefold(), json.number].append(item)
        for item, name in self._left():
            stem = unedited(name.stem)
            if stem is None:
                continue
            for number in dict.fromkeys((name.number, 0)) if "(" in stem else (name.number,):
                original = _numbered_stem(stem, number)
                near = stills.get(original) or stills.get((stem.casefold(), number))
                if near:
                    still = min(near, key=lambda one: (one.part != item.part, one.id))
                    self._found.described[item.id] = self._found.described[still.id]
                    self._found.originals[item.id] = still.id
                elif by_stem.get((stem.casefold(), number)):
                    self._take(item, by_stem[stem.casefold(), number])
                if item.id in self._found.described:
                    break

    def _by_titles(self) -> None:
        left = self._left()
        used = set(self._found.described.values())
        unused = [(item, name) for item, name in self._jsons if item.id not in used]
        if not left or not unused:
            return
        titles = [(item, name.number, self._title_of(item.id)) for item, name in unused]
        for item, name in left:
            fitting = [
                one
                for one, number, title in titles
                if title and number == name.number and is_titled(name, title)
            ]
            if fitting:
                self._take(item, fitting)

    def _further_copies(self) -> None:
        for item, name in self._left():
            if name.number:
                key = self._first(name.plain, 0)
                if key is not None and is_cut(key.base, name.plain):
                    self._take(item, self._by_name[key])


def _whole(name: MediaName) -> str:
    """The name with its number."""
    return f"{name.stem}({name.number}){name.suffix}" if name.number else name.plain


def _numbered_stem(stem: str, number: int) -> tuple[str, int]:
    """Stem and number of the original of `Scan(1)-edited.jpg`, whose name is `Scan(1).jpg`."""
    if number:
        return stem.casefold(), number
    own = media_name(f"{stem}.x")
    return own.stem.casefold(), own.number
