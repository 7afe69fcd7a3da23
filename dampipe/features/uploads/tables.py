"""The tables of uploads."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, long_text, owned, table_of


class UploadRow(SQLModel, table=True):
    """What a person uploads at a time."""

    __tablename__ = "upload"
    id: int | None = Field(default=None, primary_key=True)
    actor: str = Field(index=True)
    machine: str
    """Whose disk holds the files, unless the folder is shared."""
    destination: str = Field(sa_column=long_text())
    """Name of a managed source, or an absolute path in one."""
    pattern: str = Field(sa_column=long_text())
    """Of the import; empty: that of imports of folders."""
    state: str
    import_number: int | None = Field(default=None, index=True)
    created_at: float
    touched_at: float = Field(index=True)
    """When something was received last, or the state has changed."""


class UploadFileRow(SQLModel, table=True):
    """A file of an upload."""

    __tablename__ = "upload_file"
    __table_args__ = (UniqueConstraint("upload_id", "path"),)
    id: int | None = Field(default=None, primary_key=True)
    upload_id: int = Field(sa_column=owned("upload.id"))
    path: str = Field(max_length=1000)
    """Below the folder of the upload."""
    size: int = Field(sa_column=big())
    received: int = Field(sa_column=big())
    """Bytes that are on the disk for good."""
    modified: float
    """When its owner has changed it last, in seconds since 1970."""


UPLOAD = table_of(UploadRow)
UPLOAD_FILE = table_of(UploadFileRow)
