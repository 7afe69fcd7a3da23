"""The index of an export: every file of every part, what describes it, and the albums that it is in."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dampipe.features.imports.facts import file_time
from dampipe.features.imports.importers import OriginFile
from dampipe.features.imports.local_origin import is_system_file
from dampipe.features.imports.model import Facts, Reason
from dampipe.features.imports.notes.model import FileNotes, Given
from dampipe.features.imports.takeout.folders import folder_of, may_be_album, years
from dampipe.features.imports.takeout.matching import Item, Matched, match
from dampipe.features.imports.takeout.names import JSON, LIMIT, is_titled, media_name, units
from dampipe.features.imports.takeout.parts import Entry, Part, PartUnreadable, read_json
from dampipe.features.imports.takeout.sidecar import NotReadable, Sidecar, parse
from dampipe.features.sources.sidecars import attach, may_be_sidecar
from dampipe.kernel.paths import join_key, split_key
from dampipe.media.filetypes import HEAD, is_media, is_media_content, needs_content

ALBUMS = "Google Photos"
"""The collection in which albums become collections."""
_LONGEST_NAME = 200
"""Bytes of a name that is taken from a title."""
_PIXEL = (".mp", ".mp~2", ".mp~3")


@dataclass(slots=True)
class IndexedFile:
    """A file of the export."""

    id: int
    key: str
    part: int
    entry: Entry
    folder: str

    @property
    def name(self) -> str:
        """Without its folder."""
        return split_key(self.entry.path)[1]


@dataclass
class Index:
    """All files of an export by key, and the listing."""

    parts: Sequence[Part]
    files: dict[str, IndexedFile] = field(default_factory=dict)
    listing: list[OriginFile] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    """Why parts cannot be read, by path."""


def build(parts: Sequence[Part], *, trashed: bool = False) -> Index:
    """Read what is in all parts, and match it. trashed: whether what was deleted is imported. Raises OSError."""
    return _Builder(parts, trashed).build()


class _Builder:
    def __init__(self, parts: Sequence[Part], trashed: bool) -> None:
        self._trashed = trashed
        self._index = Index(parts)
        self._by_id: list[IndexedFile] = []
        self._sidecars: dict[int, Sidecar | None] = {}
        """By id, what was read of a JSON file; None: it is not readable."""
        self._problems: dict[int, str] = {}
        self._albums: dict[str, str] = {}
        """The names of albums by folder; "": it has none."""
        self._in_albums: dict[int, list[str]] = defaultdict(list)
        """Albums, besides that of its folder, in which a photograph is by its JSON file there."""
        self._uses: dict[int, list[int]] = defaultdict(list)
        """The photographs that a JSON file describes."""

    def build(self) -> Index:
        by_folder = self._read_parts()
        matched: dict[str, tuple[list[IndexedFile], list[IndexedFile], Matched]] = {}
        for folder, files in by_folder.items():
            media = [one for one in files if self._is_media(one)]
            jsons = [one for one in files if one.entry.aside is None and one.name.lower().endswith(JSON)]
            found = match(_items(media), _items(jsons), self._title)
            matched[folder] = (media, jsons, found)
            for item, json in found.described.items():
                self._uses[json].append(item)
        self._find_albums(matched)
        self._find_elsewhere(matched)
        of_years = years(by_folder)
        for folder in sorted(by_folder, key=lambda one: (one not in of_years, one)):
            self._index.listing += self._list(by_folder[folder], *matched[folder])
        return self._index

    # Reading

    def _read_parts(self) -> dict[str, list[IndexedFile]]:
        by_folder: dict[str, list[IndexedFile]] = defaultdict(list)
        for number, part in enumerate(self._index.parts):
            try:
                for entry in part.entries():
                    path = (
                        entry.path
                        if entry.aside is not Reason.NAME_INVALID
                        else ascii(entry.path)[1:-1][:800]
                    )
                    file = IndexedFile(
                        len(self._by_id), self._key(part, path), number, entry, folder_of(path)
                    )
                    self._by_id.append(file)
                    self._index.files[file.key] = file
                    by_folder[file.folder].append(file)
            except PartUnreadable as error:
                self._index.unreadable[part.path] = str(error)
                found = os.stat(part.path)
                broken = Entry(part.path, found.st_size, found.st_mtime_ns, aside=Reason.UNREADABLE)
                broken.detail = str(error)
                file = IndexedFile(len(self._by_id), self._key(part, ""), number, broken, "")
                self._by_id.append(file)
                self._index.files[file.key] = file
                by_folder[""].append(file)
        return by_folder

    def _key(self, part: Part, path: str) -> str:
        key = wanted = join_key(part.label, path) if part.label and path else part.label or path
        number = 2
        while key in self._index.files:
            key, number = f"{wanted}#{number}", number + 1
        return key

    def _is_media(self, file: IndexedFile) -> bool:
        if file.entry.aside is not None or is_system_file(file.entry.path):
            return False
        name = file.name
        if name.lower().endswith(_PIXEL):
            return self._head(file)[4:8] == b"ftyp"
        return is_media(name) and (not needs_content(name) or is_media_content(name, self._head(file)))

    def _head(self, file: IndexedFile) -> bytes:
        try:
            with self._index.parts[file.part].open(file.entry) as source:
                return source.read(HEAD)
        except (OSError, EOFError):
            return b""

    def _sidecar(self, number: int) -> Sidecar | None:
        if number not in self._sidecars:
            file = self._by_id[number]
            try:
                self._sidecars[number] = parse(read_json(self._index.parts[file.part], file.entry))
            except (OSError, EOFError) as error:
                self._sidecars[number], self._problems[number] = (
                    None,
                    getattr(error, "strerror", "") or str(error),
                )
            except NotReadable as error:
                self._sidecars[number], self._problems[number] = None, f"it is not valid JSON: {error}"
        return self._sidecars[number]

    def _title(self, number: int) -> str:
        said = self._sidecar(number)
        return said.title if said is not None and said.is_photo else ""

    # Albums

    def _find_albums(self, matched: dict[str, tuple[list[IndexedFile], list[IndexedFile], Matched]]) -> None:
        of_years = years(matched)
        for folder, (_, jsons, found) in matched.items():
            described = [said for one in jsons if (said := self._sidecar(one.id)) is not None]
            album = next((said for said in described if said.is_album), None)
            if folder in of_years:
                continue
            if album is not None:
                self._albums[folder] = album.title
            elif found.described and may_be_album(folder):
                self._albums[folder] = split_key(folder)[1]

    def _find_elsewhere(
        self, matched: dict[str, tuple[list[IndexedFile], list[IndexedFile], Matched]]
    ) -> None:
        """A JSON file without a photograph beside it is that of one in another folder: only the album is new."""
        by_content: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for json, items in list(self._uses.items()):
            said = self._sidecar(json)
            if said is not None and said.is_photo and said.title:
                by_content[said.title, said.taken] += items[:1]
        for folder, (_, jsons, _) in matched.items():
            for one in jsons:
                said = self._sidecar(one.id)
                if one.id in self._uses or said is None or not said.is_photo:
                    continue
                for item in by_content.get((said.title, said.taken), ()):
                    self._uses[one.id].append(item)
                    if self._albums.get(folder):
                        self._in_albums[item].append(self._albums[folder])

    # The listing

    def _list(
        self, files: list[IndexedFile], media: list[IndexedFile], jsons: list[IndexedFile], found: Matched
    ) -> Iterator[OriginFile]:
        done = {one.id for one in media} | {one.id for one in jsons}
        by_name = {one.name: one for one in media}
        others = {one.name: one for one in files if one.id not in done and one.entry.aside is None}
        beside = attach(list(by_name), [name for name in others if may_be_sidecar(name)])
        for one in sorted(
            media, key=lambda one: (one.id in found.leads or one.id in found.originals, one.id)
        ):
            yield self._photo(one, found)
        for name, sidecars in beside.items():
            for sidecar in sidecars:
                file = others.pop(sidecar)
                done.add(file.id)
                yield replace(self._plain(file), lead=by_name[name].key, name=self._named(file))
        for one in jsons:
            yield self._json(one, media)
        for one in files:
            if one.id not in done:
                yield self._other(one)

    def _plain(self, file: IndexedFile) -> OriginFile:
        return OriginFile(file.key, file.entry.size, file.entry.mtime_ns, is_footage=False)

    def _photo(self, file: IndexedFile, found: Matched) -> OriginFile:
        json = found.described.get(file.id)
        said = self._sidecar(json) if json is not None else None
        listed = replace(self._plain(file), is_footage=True, name=self._named(file, said))
        if said is not None and said.trashed and not self._trashed:
            return replace(listed, set_aside=Reason.TRASHED)
        lead = found.leads.get(file.id)
        original = found.originals.get(file.id)
        notes = self._notes(file, said, "" if original is None else self._by_id[original].key)
        facts = None
        if said is not None and said.taken is not None:
            facts = Facts(shot_on=file_time(said.taken * 1_000_000_000))
        return replace(
            listed,
            lead="" if lead is None else self._by_id[lead].key,
            notes=None if notes.is_empty else notes,
            facts=facts,
        )

    def _named(self, file: IndexedFile, said: Sidecar | None = None) -> str:
        """The path by which the pattern names it: as it was called before Google cut its name."""
        name = file.name
        parts = media_name(name)
        if (
            said is not None
            and units(parts.stem) >= LIMIT
            and not parts.number
            and is_titled(parts, said.title)
        ):
            title = media_name(said.title)
            whole = (
                title.stem if title.suffix.casefold() == parts.suffix.casefold() else said.title
            ) + parts.suffix
            if len(whole.encode()) <= _LONGEST_NAME and "/" not in whole and whole.strip(" .") == whole:
                name = whole
        if name.lower().endswith(_PIXEL):
            name += ".mp4"
        return join_key(split_key(file.folder)[1], name)

    def _notes(self, file: IndexedFile, said: Sidecar | None, original: str) -> FileNotes:
        albums = dict.fromkeys([self._albums.get(file.folder, ""), *self._in_albums[file.id]])
        paths = [(ALBUMS, name) for album in albums if (name := _collection(album))]
        return FileNotes(
            values=_values(said),
            collections=tuple(paths),
            edit_of=original,
            moment=None if said is None else said.taken,
        )

    def _json(self, file: IndexedFile, media: Sequence[IndexedFile]) -> OriginFile:
        listed, said = self._plain(file), self._sidecar(file.id)
        if said is None:
            return replace(listed, set_aside=Reason.METADATA_INVALID, detail=self._problems[file.id])
        if said.trashed and not self._trashed:
            return replace(listed, set_aside=Reason.TRASHED)
        if self._uses.get(file.id):
            return replace(listed, lead=self._by_id[min(self._uses[file.id])].key, is_metadata=True)
        if said.is_album:
            if media:
                return replace(listed, lead=media[0].key, is_metadata=True)
            return replace(listed, set_aside=Reason.METADATA_ALONE)
        return replace(listed, set_aside=Reason.METADATA_ALONE if said.is_photo else Reason.NOT_MEDIA)

    def _other(self, file: IndexedFile) -> OriginFile:
        aside = file.entry.aside
        if aside is None:
            aside = Reason.SYSTEM_FILE if is_system_file(file.entry.path) else Reason.NOT_MEDIA
        return replace(self._plain(file), set_aside=aside, detail=file.entry.detail)


def _items(files: Sequence[IndexedFile]) -> list[Item]:
    return [Item(one.id, one.name, one.part) for one in files]


def _values(said: Sidecar | None) -> dict[str, tuple[Given, ...]]:
    if said is None:
        return {}
    found: dict[str, tuple[Given, ...]] = {}
    if said.description:
        found["description"] = (said.description,)
    if said.people:
        found["people"] = said.people
    if said.favourite:
        found["favourite"] = (True,)
    for key in ("latitude", "longitude", "altitude"):
        if (number := getattr(said, key)) is not None:
            found[key] = (number,)
    return found


def _collection(album: str) -> str:
    """The name of an album as that of a collection."""
    return album.replace("/", "-").strip()[:100].strip()
