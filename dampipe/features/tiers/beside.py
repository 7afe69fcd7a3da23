"""Sidecars of files that plans copy and delete: they are copied beside the copy, and deleted after their file.

A sidecar has no SHA-1 in the catalogue: it is copied as it is when it is read, and only compared with what it was then.
It is deleted only if a file with the same bytes lies beside a copy that is relied on, so that one of two that differ
stays. All is done again from the beginning by an attempt after a kill; nothing is ever overwritten.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import select

from dampipe.features.sources.model import LocationState, Source, Tier
from dampipe.features.sources.sidecars import attach, may_be_sidecar
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers import reasons
from dampipe.features.tiers.known_copies import KnownCopy
from dampipe.features.tiers.one_file import is_one_file
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, DampipeError, NotFound, Permanent, StorageFull, Transient
from dampipe.kernel.ids import LocationId
from dampipe.kernel.paths import join_key, join_root, printable, split_key
from dampipe.storage.files.base import FileEntry, FileStore, ManagedStore
from dampipe.storage.files.content import OnBytes, StoredContent, read_back
from dampipe.storage.files.errors import FILE_EXISTS
from dampipe.storage.files.known import check_readable

AWAY_DELAY = 60.0
"""Seconds before a copy is tried again while a storage is away that has a sidecar of the file."""
_XMP = ".xmp"
_MOST_BESIDE = 1000
"""Files with the stem of a file that are looked at; beyond, its sidecars count as those of another one, and stay."""


@dataclass
class CopiedSidecars:
    """What lies beside a copy now."""

    names: list[str] = field(default_factory=list)
    """From the folder of the copy, `../THMBNL/C0001T01.JPG` for example."""
    different: list[str] = field(default_factory=list)
    """Those of the names that another file had already, which was kept."""
    origins: dict[LocationId, dict[str, str]] = field(default_factory=dict)
    """By copy from whose folder some were taken, the name that each has there, and beside the copy."""


@dataclass(frozen=True)
class _Origin:
    """A file that may be a sidecar."""

    store: FileStore
    location: LocationId
    name: str
    key: str
    is_known: bool
    """Whether a scan has found it there."""


class Sidecars:
    """Copies and deletes sidecars."""

    def __init__(self, database: Database, stores: Callable[[str], FileStore]) -> None:
        """stores: opens the storage of a root."""
        self._db = database
        self._stores = stores

    # Copies

    def copy(
        self, origins: Sequence[KnownCopy], destination: Source, key: str, on_bytes: OnBytes
    ) -> CopiedSidecars:
        """Have what belongs to copies of a file beside another one, at a key of a destination, and read it back.

        origins: other copies; of two sidecars of one name, that of the first one is taken.
        Raises Transient where a storage is away that has one, or what was read back differs; Permanent where one cannot
        be read (SIDECAR_UNREADABLE); other errors of the destination's store, and what `on_bytes` raises.
        """
        done = CopiedSidecars()
        wanted: dict[str, list[_Origin]] = {}
        for one in origins:
            for name, is_known in self._names(one):
                source = beside_key(one.file.key, name)
                if source is None:  # the source is a part of a card: what lies beside it is of no source
                    continue
                names = wanted.setdefault(
                    name_beside(name, split_key(one.file.key)[1], split_key(key)[1]), []
                )
                names.append(_Origin(self._stores(one.file.root), one.location, name, source, is_known))
        store = cast(ManagedStore, self._stores(destination.root))
        for name, sources in wanted.items():
            target = beside_key(key, name)
            if target is None:
                continue
            found = self._copy(sources, store, target, on_bytes)
            if found is not None:
                origin, is_same = found
                done.names.append(name)
                if is_same:
                    done.origins.setdefault(origin.location, {})[origin.name] = name
                else:
                    done.different.append(name)
        return done

    def _copy(
        self, origins: Sequence[_Origin], store: ManagedStore, key: str, on_bytes: OnBytes
    ) -> tuple[_Origin, bool] | None:
        """The first of the origins that is there, and whether the file at a key is the same now; None: none is there."""
        problems: list[DampipeError] = []
        for origin in origins:
            try:
                entry = origin.store.stat(origin.key)
                check_readable(entry, origin.store.url)
            except NotFound:
                continue
            except DampipeError as error:
                if origin.is_known:
                    problems.append(error)
                continue
            content = StoredContent(origin.store, entry, None, on_bytes)
            try:
                written = store.put(key, content)
            except DampipeError as error:
                if content.problem is not None:
                    problems.append(content.problem)
                    continue
                if error.code != FILE_EXISTS.code:
                    raise
                return origin, self._is_same(origin.store, entry, store, store.stat(key), on_bytes)
            self._check_written(store, written, content.sha1 or read_back(origin.store, entry), on_bytes)
            return origin, True
        if not problems:
            return None
        text = "; ".join(str(problem) for problem in problems)
        if any(isinstance(problem, (Transient, StorageFull, Conflict)) for problem in problems):
            raise Transient(
                reasons.SIDECAR_UNREADABLE, sidecar=printable(key), problems=text, delay=AWAY_DELAY
            )
        raise Permanent(reasons.SIDECAR_UNREADABLE, sidecar=printable(key), problems=text)

    def _check_written(self, store: ManagedStore, entry: FileEntry, sha1: str, on_bytes: OnBytes) -> None:
        if read_back(store, entry, on_bytes) == sha1 or read_back(store, entry, on_bytes) == sha1:
            return
        with suppress(Conflict):
            store.delete(entry.key, entry)
        raise Transient(reasons.COPY_DIFFERS, store=store.url)

    # Deletions

    def delete(self, copy: KnownCopy, relied_on: Sequence[KnownCopy], *, is_again: bool) -> list[str]:
        """Delete what belonged to a file that was deleted, and to no other one; returns the names of what stays.

        relied_on: copies that were seen in their storages; only what is beside one of them with the same bytes is
        deleted. is_again: what fails stays, instead of raising Transient.
        """
        store = cast(ManagedStore, self._stores(copy.file.root))
        folder = split_key(copy.file.key)[0]
        stays: list[str] = []
        others: list[str] | None = None
        for name, is_known in self._names(copy):
            if "/" in name:  # of a card
                continue
            try:
                entry = store.stat(join_key(folder, name))
                others = self._others(copy) if others is None else others
                if name not in others and not self._delete(store, entry, name, copy, relied_on, others):
                    stays.append(name)
            except NotFound:
                continue
            except DampipeError as error:  # it has changed, is archived, the storage refuses it or is away
                if isinstance(error, Transient) and not is_again:
                    raise
                stays += [name] if is_known or not isinstance(error, Transient) else []
        return stays

    def _delete(
        self,
        store: ManagedStore,
        entry: FileEntry,
        name: str,
        copy: KnownCopy,
        relied_on: Sequence[KnownCopy],
        others: Sequence[str],
    ) -> bool:
        """Whether a sidecar was deleted, or is that of another file as well."""
        file = split_key(copy.file.key)[1]
        if any(clip != file for clip in attach([file, *others], [name])):
            return True
        check_readable(entry, store.url)
        for one in relied_on:
            there = beside_key(one.file.key, name_beside(name, file, split_key(one.file.key)[1]))
            if there is None:
                continue
            reading = self._stores(one.file.root)
            with suppress(NotFound, Conflict, Permanent):
                found = reading.stat(there)
                check_readable(found, reading.url)
                places = [join_root(at.url, key) for at, key in ((reading, there), (store, entry.key))]
                if self._is_same(reading, found, store, entry) and not is_one_file(*places):
                    store.delete(entry.key, entry)
                    return True
        return False

    def _others(self, copy: KnownCopy) -> list[str]:
        """The files beside a file that may have sidecars: those that are known, and those with its stem that are not."""
        folder, file = split_key(copy.file.key)
        mine = select(LOCATION.c.folder_id).where(LOCATION.c.id == copy.location).scalar_subquery()
        beside = select(LOCATION.c.name).where(
            LOCATION.c.folder_id == mine,
            LOCATION.c.id != copy.location,
            LOCATION.c.state != LocationState.MISSING,
        )
        with self._db.read() as connection:
            found = dict.fromkeys(connection.execute(beside).scalars())
        start = len(folder) + 1 if folder else 0
        listed = self._stores(copy.file.root).list(f"{join_key(folder, _stem(file))}.")
        for number, entry in enumerate(listed):
            if not isinstance(entry, FileEntry) or number > _MOST_BESIDE:
                found[f"{_stem(file)}.\N{HORIZONTAL ELLIPSIS}"] = None  # not known: it may be any
                break
            name = entry.key[start:]
            if "/" not in name and name != file and not may_be_sidecar(name):
                found[name] = None
        return list(found)

    # Both

    def _names(self, copy: KnownCopy) -> Iterator[tuple[str, bool]]:
        """The names of what may belong to a file, from its folder, and whether a scan has found it.

        An XMP sidecar that was written since the last scan is not among those that it has found.
        """
        row = (
            select(FOLDER.c.sidecars)
            .join(LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
            .where(LOCATION.c.id == copy.location, FOLDER.c.sidecars != "{}")
        )
        with self._db.read() as connection:
            text = connection.execute(row).scalar()
        file = split_key(copy.file.key)[1]
        known: list[str] = json.loads(text).get(file, []) if text else []
        yield from ((name, True) for name in known)
        has = {name.casefold() for name in known}
        for name in dict.fromkeys((f"{file}{_XMP}", f"{_stem(file)}{_XMP}")):
            if name.casefold() not in has:
                yield name, False

    @staticmethod
    def _is_same(
        store: FileStore,
        entry: FileEntry,
        other_store: FileStore,
        other: FileEntry,
        on_bytes: OnBytes = lambda _: None,
    ) -> bool:
        if entry.size != other.size:
            return False
        return read_back(store, entry, on_bytes) == read_back(other_store, other, on_bytes)


def in_order(origins: Sequence[KnownCopy]) -> list[KnownCopy]:
    """Those copies whose sidecars are copied. The first one may be on a medium that is connected now and then."""
    return [
        one
        for number, one in enumerate(origins)
        if one.is_there and (not number or one.tier is not Tier.OFFLINE)
    ]


def beside_key(key: str, name: str) -> str | None:
    """The key of what is named from the folder of a file; None where that is not below the root.

    >>> beside_key("a/CLIP/C0001.MP4", "../THMBNL/C0001T01.JPG"), beside_key("C1.MP4", "C1.xmp")
    ('a/THMBNL/C0001T01.JPG', 'C1.xmp')
    """
    folder = split_key(key)[0]
    while name.startswith("../"):
        if not folder:
            return None
        folder, name = folder.rpartition("/")[0], name[3:]
    return join_key(folder, name)


def name_beside(name: str, file: str, copy: str) -> str:
    """What a sidecar is called beside a copy of its file, which may have another name (`naming.marked`).

    >>> name_beside("C1.xmp", "C1.mov", "C1.mov"), name_beside("C1.xmp", "C1.mov", "C1.5f3a9c21.mov")
    ('C1.xmp', 'C1.5f3a9c21.xmp')
    >>> name_beside("c1.mov.xmp", "C1.mov", "C1.5f3a9c21.mov"), name_beside("C1M01.XML", "C1.mov", "C1.5f3a9c21.mov")
    ('C1.5f3a9c21.mov.xmp', 'C1.5f3a9c21.mov.XML')
    """
    if file == copy:
        return name
    folder, slash, last = name.rpartition("/")
    for old, new in ((file, copy), (_stem(file), _stem(copy))):
        if last.casefold().startswith(f"{old.casefold()}."):
            return f"{folder}{slash}{new}{last[len(old) :]}"
    return f"{folder}{slash}{copy}.{last.rpartition('.')[2]}"


def _stem(file: str) -> str:
    return file.rpartition(".")[0] or file
