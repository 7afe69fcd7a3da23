"""A search's filter in SQL: which assets count, and which vectors they have."""

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, literal, or_, select, true

from dampipe.features.assets.tables import ASSET, FOLDER, LOCATION
from dampipe.features.search.model import Filter, Orientation
from dampipe.features.search.tables import VECTOR
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tagging.tables import TAG
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.kernel.unicode_paths import composed


class FilterQueries:
    """Filters over one catalogue. Raises NotFound for a source, a folder or a tag that does not exist."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._sources = SourceRepository(database)

    def vector_ids(self, model: str, wanted: Filter) -> NDArray[np.int64]:
        """The vectors of all assets that count, in no order."""
        query = select(VECTOR.c.id).where(
            VECTOR.c.model == model, VECTOR.c.asset_id.in_(select(ASSET.c.id).where(self.where(wanted)))
        )
        with self._db.read() as connection:
            return np.fromiter(connection.execute(query).scalars(), dtype=np.int64)

    def share(self, wanted: Filter) -> float:
        """How much of the library counts, by assets: 0 to 1."""
        counts = case((self.where(wanted), 1), else_=0)
        with self._db.read() as connection:
            some, everything = connection.execute(
                select(func.sum(counts), func.count()).select_from(ASSET)
            ).one()
        return int(some or 0) / everything if everything else 0.0

    def counting(self, wanted: Filter, assets: Collection[str]) -> set[str]:
        """Those of these assets (SHA-1) that count."""
        condition, found = self.where(wanted), set[str]()
        with self._db.read() as connection:
            for some in chunked(sorted(assets)):
                query = select(ASSET.c.sha1).where(ASSET.c.sha1.in_(some), condition)
                found |= set(connection.execute(query).scalars())
        return found

    def where(self, wanted: Filter) -> ColumnElement[bool]:
        """The condition on a row of the table asset."""
        seconds, lines = wanted.seconds, wanted.lines
        short = func.min if self._db.is_sqlite else func.least  # of two values, in the words of the database
        height = short(ASSET.c.width, ASSET.c.height)
        time, (begin, end) = self._recorded(), (wanted.begin, wanted.end)
        parts: list[ColumnElement[bool]] = [
            *([_lies_there(folders)] if (folders := self.folders(wanted)) is not None else []),
            *([time >= begin] if begin is not None else []),
            *([time < end] if end is not None else []),
            *_any([func.lower(ASSET.c.camera).contains(c.lower(), autoescape=True) for c in wanted.camera]),
            *([ASSET.c.duration >= seconds.least] if seconds.least is not None else []),
            *([ASSET.c.duration <= seconds.most] if seconds.most is not None else []),
            *_any([func.lower(ASSET.c.codec) == codec.lower() for codec in wanted.codec]),
            *([height >= lines.least] if lines.least is not None else []),
            *([height <= lines.most] if lines.most is not None else []),
            *_any([_STANDS[one](ASSET.c.width, ASSET.c.height) for one in wanted.orientation]),
            *(self._tagged(name) for name in wanted.tag),
            *_any([ASSET.c.kind == kind for kind in wanted.kind]),
        ]
        return and_(true(), *parts)

    def _recorded(self) -> ColumnElement[float]:
        """When an asset was recorded; the time of its oldest file where it does not tell."""
        file = select(func.min(LOCATION.c.mtime_ns) / 1e9).where(LOCATION.c.asset_id == ASSET.c.id)
        return func.coalesce(ASSET.c.recorded_at, file.scalar_subquery())

    def _tagged(self, name: str) -> ColumnElement[bool]:
        with self._db.read() as connection:
            if connection.execute(select(TAG.c.id).where(TAG.c.name == name).limit(1)).first() is None:
                raise NotFound(f"nothing has the tag {name!r}", hint="`dampipe tag list` lists the tags.")
        return exists(select(literal(1)).where(TAG.c.asset_id == ASSET.c.id, TAG.c.name == name))

    def folders(self, wanted: Filter) -> list[int] | None:
        """The folders that count, by their ids; None where all do. Raises NotFound."""
        if not (wanted.source or wanted.folder):
            return None
        sources = {source.id: source for source in self._sources.all()}
        named = {self._sources.named(name).id for name in wanted.source}
        with self._db.read() as connection:
            folders = [
                (row.id, PurePosixPath(sources[row.source_id].root, row.path))
                for row in connection.execute(select(FOLDER.c.id, FOLDER.c.source_id, FOLDER.c.path))
                if row.source_id in sources and (not named or row.source_id in named)
            ]
        if wanted.folder:
            known = folders
            folders = [one for one in known if any(_lies_in(one[1], folder) for folder in wanted.folder)]
            if not folders:
                raise NotFound(
                    f"no footage is known in a folder {' or '.join(wanted.folder)}",
                    hint="Give an absolute path, or a folder's name; * and ? stand for anything.",
                )
        return [number for number, _ in folders]


def _lies_there(folders: list[int]) -> ColumnElement[bool]:
    # Written into the statement: databases limit how many parameters it may have.
    ids: Any = bindparam("folders", folders, expanding=True, literal_execute=True)
    return ASSET.c.id.in_(select(LOCATION.c.asset_id).where(LOCATION.c.folder_id.in_(ids)))


def _lies_in(folder: PurePosixPath, wanted: str) -> bool:
    there, asked = PurePosixPath(composed(str(folder))), PurePosixPath(composed(wanted))
    if asked.is_absolute():
        return there.is_relative_to(asked)
    pieces = [part.casefold() for part in there.parts]
    pattern = [part.casefold().replace("[", "[[]") for part in asked.parts]  # which stands for itself
    ends = range(len(pieces) - len(pattern) + 1)
    return any(all(map(fnmatchcase, pieces[at : at + len(pattern)], pattern)) for at in ends)


def _any(parts: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    return [or_(*parts)] if parts else []


_Stands = Callable[[ColumnElement[int], ColumnElement[int]], ColumnElement[bool]]
_STANDS: dict[Orientation, _Stands] = {
    Orientation.LANDSCAPE: lambda width, height: width > height,
    Orientation.PORTRAIT: lambda width, height: width < height,
    Orientation.SQUARE: lambda width, height: width == height,
}
