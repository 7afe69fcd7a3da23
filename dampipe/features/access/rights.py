"""What an actor sees: grants turned into folders and assets."""

from collections.abc import Hashable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from dampipe.features.access.model import Grant
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.visibility import sees_everything
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import read_ids
from dampipe.kernel.visibility import EVERYTHING, View

MASKS = 256
"""Masks that are kept while the catalogue does not change."""
Place = tuple[int, str]
"""A source and a folder of it, relative to its root."""


class Rights:
    """See `dampipe.kernel.visibility.Visibility`. A grant counts from the next request on; a file that was moved between
    folders counts within some seconds in a library of a million files, at once in a smaller one."""

    def __init__(self, database: Database, access: AccessRepository) -> None:
        self._db = database
        self._access = access
        self._folders: AdaptiveCache[frozenset[int]] = AdaptiveCache()
        self._masks: AdaptiveCache[AssetSet] = AdaptiveCache()
        self._tokens = ChangeTokens(database)
        self._kept: dict[tuple[Place, ...], tuple[Hashable, AssetSet]] = {}

    def of(self, actor: Actor) -> View:
        """What an actor sees: all of it without a user, and for managers and admins."""
        if sees_everything(actor):
            return EVERYTHING
        found = places(self._access.grants(actor), self._access.roots())
        if found is None:
            return EVERYTHING
        folders = select(FOLDER.c.id).where(_lies_in(found))
        here = LOCATION.c.folder_id.in_(folders)
        # What was at a visible path before is visible, too: it is an earlier version.
        now = select(LOCATION.c.version_id).where(here, LOCATION.c.version_id.is_not(None))
        before = select(LOCATION.c.previous_id).where(here, LOCATION.c.previous_id.is_not(None))
        versions = select(now.union_all(before).subquery().c.version_id)
        return View(
            folder_ids=folders,
            version_ids=versions,
            asset_ids=select(VERSION.c.asset_id).where(VERSION.c.id.in_(versions)),
            places=found,
            read_mask=lambda: self._mask(found, versions),
            read_folders=lambda: self._folders.get(found, lambda: frozenset(self._numbers(folders))),
        )

    def _mask(self, found: tuple[Place, ...], versions: Select[Any]) -> AssetSet:
        """The numbers of the visible versions; kept while nothing is written to the catalogue."""
        token = self._tokens.current()
        kept = self._kept.get(found)
        if kept is not None and token is not None and kept[0] == token:
            return kept[1]
        mask = self._masks.get(found, lambda: self._numbers(versions))
        if token is not None:
            if len(self._kept) >= MASKS:
                self._kept = {}
            self._kept[found] = token, mask
        return mask

    def _numbers(self, ids: Select[Any]) -> AssetSet:
        """The set of what a query returns."""
        [column] = ids.subquery().c
        with self._db.read() as connection:
            return AssetSet.from_numpy(read_ids(self._db, connection, column))


def places(grants: Iterable[Grant], roots: Mapping[int, str]) -> tuple[Place, ...] | None:
    """What grants open, as sources and folders of them; None: everything.

    A source whose root lies below a folder that is granted is granted with it. roots: of all sources by id.
    """
    found: set[Place] = set()
    for grant in grants:
        if grant.source is None:
            return None
        root = roots.get(grant.source)
        if root is None:
            continue
        top = PurePosixPath(root, grant.folder)
        found.add((grant.source, grant.folder))
        found |= {(source, "") for source, other in roots.items() if PurePosixPath(other).is_relative_to(top)}
    return tuple(sorted(found))


def _lies_in(found: Iterable[Place]) -> ColumnElement[bool]:
    """The condition on a row of the table `folder`; paths are compared as bytes."""
    conditions = [
        FOLDER.c.source_id == source
        if not top
        else and_(
            FOLDER.c.source_id == source,
            or_(FOLDER.c.path == top, and_(FOLDER.c.path > f"{top}/", FOLDER.c.path < f"{top}0")),
        )
        for source, top in found
    ]
    return or_(false(), *conditions)
