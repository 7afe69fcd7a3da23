"""The catalogue's tables: times are seconds since 1970, paths are bytes as the file system has them."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

# All of them, whichever is asked for: they refer to one another by name.
from dampipe.storage.catalog.tables import library, search, work  # noqa: F401

METADATA: MetaData = SQLModel.metadata
