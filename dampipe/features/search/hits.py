"""What a search shows of assets: path, name, kind and duration; and what an export reads of their files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from dampipe.features.assets.names import shown_names
from dampipe.features.assets.queries import DerivativeLookup
from dampipe.features.assets.tables import VERSION
from dampipe.features.grouping.queries import has_earlier_member, having_earlier_member
from dampipe.features.search.filters import ResolvedFilter
from dampipe.features.search.model import Hit
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import View
from dampipe.media.info import MediaInfo


@dataclass(frozen=True)
class AssetFiles:
    """The metadata of an asset and where its files are."""

    media: MediaInfo | None
    paths: tuple[str, ...]
    """Absolute, as `os.fsdecode` gives them; files that are present first."""


class HitRepository:
    """Reads assets as hits without moments."""

    def __init__(self, database: Database, derivatives: DerivativeLookup) -> None:
        self._db = database
        self._derivatives = derivatives

    def by_sha1(self, assets: Sequence[str], resolved: ResolvedFilter) -> dict[str, Hit]:
        """Assets by SHA-1; those that no longer exist are left out."""
        hits = self._hits(select(VERSION).where(VERSION.c.sha1.in_(assets)), resolved)
        return {hit.asset: hit for hit in hits}

    def newest(self, resolved: ResolvedFilter, limit: int, offset: int) -> list[Hit]:
        """Assets that pass the filter, newest first; of a group the first member that passes."""
        alone = ~has_earlier_member(resolved.where, resolved.is_empty)
        newest = select(VERSION).where(resolved.where, alone).order_by(VERSION.c.id.desc())
        return self._hits(newest.limit(limit).offset(offset), resolved)

    def by_number(self, versions: Sequence[int], resolved: ResolvedFilter) -> list[Hit]:
        """Versions by their numbers, in that order; those that no longer exist are left out."""
        wanted = select(VERSION.c.id, VERSION.c.sha1).where(in_ids(self._db, VERSION.c.id, versions))
        with self._db.read() as connection:
            sha1s = {row.id: row.sha1 for row in connection.execute(wanted)}
        query = select(VERSION).where(in_ids(self._db, VERSION.c.id, versions))
        hits = {hit.asset: hit for hit in self._hits(query, resolved)}
        return [hits[sha1s[one]] for one in versions if sha1s.get(one) in hits]

    def stood_for(self, resolved: ResolvedFilter) -> AssetSet:
        """The numbers of versions for which an earlier member of their group stands, of those that pass the filter."""
        where = having_earlier_member(resolved.where, resolved.is_empty)
        with self._db.read() as connection:
            return AssetSet(connection.execute(where).scalars())

    def _hits(self, query: Select[Any], resolved: ResolvedFilter) -> list[Hit]:
        """Of several files of an asset one in the folders of the filter is shown, and a present one before others."""
        folders = resolved.folders or frozenset()
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            files = connection.execute(self._files([row.id for row in rows], resolved.view)).all()
            placed = {file.version_id for file in files}
            without = [row.id for row in rows if row.id not in placed]
            made = self._derivatives.of_assets(connection, [row.id for row in rows])
            names = shown_names(connection, self._db, resolved.view, without)
        paths: dict[int, str] = {}
        media: dict[int, list[str]] = {}
        """Of each version the places of its media; "" where none need be fetched."""
        for file in sorted(
            files, key=lambda f: (f.state != LocationState.PRESENT, f.folder_id not in folders)
        ):
            if file.version_id not in paths:
                paths[file.version_id] = printable(full_path(file))
            if file.state == LocationState.PRESENT:
                is_offline = file.tier == Tier.OFFLINE
                media.setdefault(file.version_id, []).append(file.label or file.source if is_offline else "")
        return [
            Hit(
                asset=row.sha1,
                path=(path := paths.get(row.id) or names.get(row.id, row.sha1)),
                name=path.rpartition("/")[2],
                medium=found[0] if (found := media.get(row.id)) and all(found) else "",
                kind=row.kind,
                duration=row.duration,
                recipes={str(one.kind): one.recipe for one in made.get(row.id, ())},
            )
            for row in rows
        ]

    def files(self, assets: Iterable[str], view: View) -> dict[str, AssetFiles]:
        """Metadata and files of assets by SHA-1, two queries per 500; those that no longer exist are left out."""
        found: dict[str, AssetFiles] = {}
        for some in chunked(sorted(set(assets))):
            with self._db.read() as connection:
                columns = (VERSION.c.id, VERSION.c.sha1, VERSION.c.media)
                rows = connection.execute(select(*columns).where(VERSION.c.sha1.in_(some))).all()
                files = connection.execute(self._files([row.id for row in rows], view)).all()
            paths: dict[int, list[str]] = {}
            for file in files:
                paths.setdefault(file.version_id, []).append(full_path(file))
            for row in rows:
                media = MediaInfo.model_validate_json(row.media) if row.media else None
                found[row.sha1] = AssetFiles(media, tuple(paths.get(row.id, ())))
        return found

    def assets_of(self, contents: Iterable[str], view: View) -> dict[str, int]:
        """The assets of visible versions, by SHA-1."""
        found: dict[str, int] = {}
        with self._db.read() as connection:
            for some in chunked(sorted(set(contents))):
                query = select(VERSION.c.sha1, VERSION.c.asset_id).where(
                    VERSION.c.sha1.in_(some), view.shows_some(VERSION.c.id)
                )
                found |= {row.sha1: row.asset_id for row in connection.execute(query)}
        return found

    def _files(self, versions: Sequence[int], view: View) -> Select[Any]:
        """The locations of versions, present ones first."""
        columns = (
            *(LOCATION.c.version_id, LOCATION.c.state, LOCATION.c.folder_id),
            *(SOURCE.c.tier, SOURCE.c.label, SOURCE.c.name.label("source")),
            *place_columns(self._db),
        )
        return (
            select(*columns)
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(LOCATION.c.version_id.in_(versions), view.shows_folder(LOCATION.c.folder_id))
            .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
        )
