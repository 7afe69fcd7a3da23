"""Where a location's file is: source root, folder and name put together."""

from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement

from dampipe.storage.catalog.tables import FOLDER, LOCATION, SOURCE


def place_columns() -> tuple[ColumnElement[Any], ...]:
    """The columns that `full_path` needs; the query joins location, folder and source."""
    return SOURCE.c.root, FOLDER.c.path.label("folder"), LOCATION.c.name.label("file")


def full_path(row: Any) -> str:
    """The absolute path of a row with `place_columns`."""
    return str(PurePosixPath(row.root, row.folder, row.file))
