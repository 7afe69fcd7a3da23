"""Where a location's file is, as this machine sees it: source root, folder and name put together."""

import json
import os
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, func, select

from dampipe.features.sources.tables import FOLDER, LOCATION, PATH_MAP, SOURCE
from dampipe.kernel.db.database import Database


def place_columns(database: Database) -> tuple[ColumnElement[Any], ...]:
    """The columns that `full_path` needs; the query joins location, folder and source."""
    mapped = (
        select(PATH_MAP.c.root)
        .where(PATH_MAP.c.source_id == SOURCE.c.id, PATH_MAP.c.machine == database.machine)
        .scalar_subquery()
    )
    root = func.coalesce(mapped, SOURCE.c.root, type_=SOURCE.c.root.type)
    return root.label("root"), FOLDER.c.path.label("folder"), LOCATION.c.name.label("file")


def full_path(row: Any) -> str:
    """The absolute path of a row with `place_columns`."""
    return str(PurePosixPath(row.root, row.folder, row.file))


def sidecar_paths(row: Any) -> list[str]:
    """The absolute paths of what belongs to the file of a row with `place_columns` and folder.sidecars."""
    folder = PurePosixPath(row.root, row.folder)
    return [os.path.normpath(folder / name) for name in json.loads(row.sidecars).get(row.file, ())]
