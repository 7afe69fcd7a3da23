"""Backups: what a file says about itself, and what was done."""

from pydantic import BaseModel, ConfigDict

FORMAT = 1
"""Version of the layout of a backup; raised when an older dampipe cannot read it."""
BACKUP = "backup"
"""The kind of work item."""
MANIFEST = "manifest.json"
CATALOGUE = "catalogue"
"""Name of the catalogue in the archive: a database file of SQLite, or a dump of PostgreSQL in its custom format."""
SETTINGS = "dampipe.toml"
PREFIX, SUFFIX = "dampipe-backup-", ".tar.gz"


class BackupEntry(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(frozen=True)

    size: int
    """Bytes."""
    sha256: str


class Manifest(BaseModel):
    """What a backup holds; the first file of the archive."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    version: str
    """Of dampipe."""
    revision: str
    """Of the catalogue's schema."""
    database: str
    """`sqlite` or `postgresql`."""
    created_at: str
    """UTC, as in `2024-05-31T02:00:00+00:00`."""
    files: dict[str, BackupEntry]


class BackedUp(BaseModel):
    """A backup that was made."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    settings: bool
    """Whether there was a settings file."""
    deleted: tuple[str, ...] = ()
    """Older backups that were deleted, by the setting backup_keep."""
    seconds: float = 0.0


class Restored(BaseModel):
    """A backup that was brought back."""

    model_config = ConfigDict(frozen=True)

    catalogue: str
    """Where the catalogue is, without secrets."""
    settings: str
    """Where the settings file was written; "" if the backup has none."""
    moved_aside: str = ""
    """Where the earlier catalogue is now; "" if there was none."""
    created_at: str
    """When the backup was made, in UTC."""
    version: str
    """Of the dampipe that made it."""
