"""What an actor sees: grants turned into folders and assets."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, or_, select, union_all

from dampipe.features.access.model import Grant
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.visibility import sees_everything
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.container import Services
from dampipe.kernel.db.adaptive_cache import AdaptiveCache
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import read_ids
from dampipe.kernel.feature import registered
from dampipe.kernel.paths import is_below, join_root
from dampipe.kernel.visibility import EVERYTHING, OpenedVersions, View

MASKS = 256
"""Masks that are kept while the catalogue does not change."""
# Made once: to make an alias takes as long as a query.
_VERSION, _LOCATION, _FOLDER = (table.alias(f"seen_{table.name}") for table in (VERSION, LOCATION, FOLDER))
_SEEN_FILES = select(_LOCATION.c.id).select_from(
    _LOCATION.join(_FOLDER, _FOLDER.c.id == _LOCATION.c.folder_id)
)
_VERSIONS_OF_FILE = (_LOCATION.c.version_id, _LOCATION.c.previous_id)
Place = tuple[int, str]
"""A source and a folder of it, relative to its root."""


class Rights:
    """See `dampipe.kernel.visibility.Visibility`. A grant counts from the next request on, and so does what is opened
    or closed again; a file that was moved between folders, or an asset between collections, counts within some seconds
    in a library of a million files, at once in a smaller one."""

    def __init__(self, database: Database, access: AccessRepository, services: Services) -> None:
        self._services = services
        self._db = database
        self._access = access
        self._folders: AdaptiveCache[frozenset[int]] = AdaptiveCache()
        self._masks: AdaptiveCache[AssetSet] = AdaptiveCache()
        self._tokens = ChangeTokens(database)
        self._kept: dict[Hashable, tuple[Hashable, AssetSet]] = {}
        self._kept_folders: dict[Hashable, tuple[Hashable, frozenset[int]]] = {}

    def of(self, actor: Actor) -> View:
        """What an actor sees: all of it without a user, and for managers and admins; a link what it opens."""
        if actor.kind is ActorKind.LINK:
            found: tuple[Place, ...] | None = ()
        elif sees_everything(actor):
            return EVERYTHING
        else:
            found = places(self._access.grants(actor), self._access.roots())
        if found is None:
            return EVERYTHING
        opened = self._opened(actor)
        folders = select(FOLDER.c.id).where(_lies_in(found))
        shown = [*_lying_in(folders), *(one.version_ids for one in opened)]
        versions = select(union_all(*shown).subquery().c.version_id)

        def is_seen(column: ColumnElement[Any]) -> ColumnElement[bool]:
            return or_(_is_in(found, column), *(column.in_(one.version_ids) for one in opened))

        key: Hashable = found if not opened else (found, *(self._text(one.version_ids) for one in opened))
        return View(
            folder_ids=folders,
            version_ids=versions,
            asset_ids=select(VERSION.c.asset_id).where(VERSION.c.id.in_(versions)),
            places=found,
            read_mask=lambda: self._mask(key, versions),
            read_folders=lambda: self._seen(found, folders),
            opened=opened,
            seen=is_seen,
            seen_asset=lambda column: _has_version(column, is_seen),
            key=key,
        )

    def _opened(self, actor: Actor) -> tuple[OpenedVersions, ...]:
        """What is opened to an actor, of what those who opened it see now."""
        openings = [
            self._services.get(one) if isinstance(one, type) else one for one in registered("openings")
        ]
        found = [one for opening in openings for one in opening(self._db, actor)]
        seen: dict[int | None, tuple[Place, ...] | None] = {}
        for by in {one.by for one in found}:
            seen[by] = None if by is None else self._places_of(by)
        return tuple(
            _opened_versions(one.assets, places_) for one in found if (places_ := seen[one.by]) != ()
        )

    def _places_of(self, user: int) -> tuple[Place, ...] | None:
        """What a user sees by the folders granted to them; None: everything."""
        found = self._access.user_of(user)
        if found is None or found.is_disabled:
            return ()
        if found.role >= Role.MANAGER:
            return None
        actor = Actor(ActorKind.USER, found.name, found.role, user=found.id)
        return places(self._access.grants(actor), self._access.roots())

    def _text(self, query: Select[Any]) -> Hashable:
        """The text of a query with its parameters: equal for queries that ask the same."""
        compiled = query.compile(dialect=self._db.engine.dialect)
        return str(compiled), repr(sorted(compiled.params.items()))

    def _mask(self, key: Hashable, versions: Select[Any]) -> AssetSet:
        """The numbers of the visible versions; kept while nothing is written to the catalogue."""
        token = self._tokens.current()
        kept = self._kept.get(key)
        if kept is not None and token is not None and kept[0] == token:
            return kept[1]
        mask = self._masks.get(key, lambda: self._numbers(versions))
        if token is not None:
            if len(self._kept) >= MASKS:
                self._kept = {}
            self._kept[key] = token, mask
        return mask

    def _seen(self, key: Hashable, folders: Select[Any]) -> frozenset[int]:
        """The ids of the visible folders; kept while nothing is written to the catalogue."""
        token = self._tokens.current()
        kept = self._kept_folders.get(key)
        if kept is not None and token is not None and kept[0] == token:
            return kept[1]
        found = self._folders.get(key, lambda: frozenset(self._numbers(folders)))
        if token is not None:
            if len(self._kept_folders) >= MASKS:
                self._kept_folders = {}
            self._kept_folders[key] = token, found
        return found

    def _numbers(self, ids: Select[Any]) -> AssetSet:
        """The set of what a query returns."""
        [column] = ids.subquery().c
        with self._db.read() as connection:
            return AssetSet.from_numpy(read_ids(self._db, connection, column))


def _lying_in(folders: Select[Any]) -> tuple[Select[Any], Select[Any]]:
    """The numbers of the versions that lie in folders, and of those that did: what was at a visible path before is
    visible, too, since it is an earlier version."""
    here = LOCATION.c.folder_id.in_(folders)
    now = select(LOCATION.c.version_id).where(here, LOCATION.c.version_id.is_not(None))
    before = select(LOCATION.c.previous_id).where(here, LOCATION.c.previous_id.is_not(None))
    return now, before


def _is_in(found: Sequence[Place], version: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a version lies in one of these places, or did, looked up by its own files."""
    here = _SEEN_FILES.where(_lies_in(found, _FOLDER)).correlate_except(_LOCATION, _FOLDER)
    return or_(*(here.where(column == version).exists() for column in _VERSIONS_OF_FILE))


def _has_version(
    asset: ColumnElement[Any], is_seen: Callable[[ColumnElement[Any]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The condition that an asset has a version that is seen."""
    versions = select(_VERSION.c.id).where(_VERSION.c.asset_id == asset, is_seen(_VERSION.c.id))
    return versions.correlate_except(_VERSION).exists()


def _opened_versions(assets: Select[Any], found: tuple[Place, ...] | None) -> OpenedVersions:
    """Those versions of assets that one sees who sees these places; None: everything."""
    # A part of any query must mean the same in each, also in one of the same tables.
    version = VERSION.alias()
    versions = select(version.c.id).where(version.c.asset_id.in_(assets.correlate(None))).correlate(None)
    if found is None:
        return OpenedVersions(versions, None)
    folders = select(FOLDER.c.id).where(_lies_in(found))
    seen = union_all(*_lying_in(folders)).subquery().c.version_id
    return OpenedVersions(versions.where(version.c.id.in_(select(seen))), folders)


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
        top = join_root(root, grant.folder)
        found.add((grant.source, grant.folder))
        found |= {(source, "") for source, other in roots.items() if is_below(other, top)}
    return tuple(sorted(found))


def _lies_in(found: Iterable[Place], folder: FromClause = FOLDER) -> ColumnElement[bool]:
    """The condition on a row of the table `folder`; paths are compared as bytes."""
    conditions = [
        folder.c.source_id == source
        if not top
        else and_(
            folder.c.source_id == source,
            or_(folder.c.path == top, and_(folder.c.path > f"{top}/", folder.c.path < f"{top}0")),
        )
        for source, top in found
    ]
    return or_(false(), *conditions)
