"""Where a location's file is, as this machine sees it: source root, folder and name put together."""

import json
import os
from typing import Any

from sqlalchemy import ColumnElement, func, select

from dampipe.features.sources.tables import FOLDER, LOCATION, PATH_MAP, SOURCE
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import is_url, join_key, join_root


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
    """The absolute path, or the URL, of a row with `place_columns`."""
    return join_root(row.root, join_key(row.folder, row.file))


def sidecar_paths(row: Any) -> list[str]:
    """The absolute paths, or URLs, of what belongs to the file of a row with `place_columns` and folder.sidecars."""
    return [beside(row.root, row.folder, name) for name in json.loads(row.sidecars).get(row.file, ())]


def beside(root: str, folder: str, name: str) -> str:
    """The full path of a file that is named from a folder below a root, `../THMBNL/C0001T01.JPG` for example.

    >>> beside("s3://b", "a//CLIP", "../SUB/x.xml"), beside("/mnt", "", "x.xmp")
    ('s3://b/a//SUB/x.xml', '/mnt/x.xmp')
    """
    while name.startswith("../") and folder:
        folder, name = folder.rpartition("/")[0], name[3:]
    path = join_root(root, join_key(folder, name))
    return path if is_url(root) else os.path.normpath(path)
