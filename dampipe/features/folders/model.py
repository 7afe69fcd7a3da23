"""Folders as values. No I/O."""

from pydantic import BaseModel, ConfigDict

MOST_FOLDERS = 500
"""Folders of one page."""


class FolderReport(BaseModel):
    """A source, or a folder in one, as far as the one who asks may know of it."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: str
    """Absolute, or a URL: what the filter `folder` takes."""
    is_source: bool = False
    """Whether it is the root of a source; then `name` is that of the source."""
    assets: int
    """Visible assets with a file in it or below it: what the filter `folder` finds."""
    has_folders: bool
    """Whether there are folders with assets in it."""


class FolderPage(BaseModel):
    """Some folders, in the order of their names."""

    model_config = ConfigDict(frozen=True)

    folders: tuple[FolderReport, ...]
    after: str | None = None
    """Where the next page begins; null: this is the last one."""
