"""What a prune removes."""

from pydantic import BaseModel, ConfigDict


class PruneRequest(BaseModel):
    """What to prune."""

    model_config = ConfigDict(frozen=True)

    source: str | None = None
    """Only missing files of the source of that name; None means all sources."""
    orphans: bool = False
    """Whether to delete derivatives that nothing refers to any more, of whatever source."""
    annotations: bool = False
    """Whether to remove assets about which people wrote something (tags), too. It cannot be undone."""


class Pruned(BaseModel):
    """What a prune removed, or would remove."""

    model_config = ConfigDict(frozen=True)

    locations: int = 0
    """Missing files."""
    assets: int = 0
    """Assets without any location left."""
    vectors: int = 0
    derivatives: int = 0
    bytes: int = 0
    """Size of the derivatives in the blob store."""
    unidentified: int = 0
    """Files that wait for their hash; while there are any, no asset is removed."""
    paths: tuple[str, ...] = ()
    """The first of the locations."""
    annotated: int = 0
    """Assets without a file that have human input (tags). They are kept with their missing locations, or removed
    where the request says so."""
    annotated_paths: tuple[str, ...] = ()
    """A path of the first of them each, or the asset's name where no location is known any more."""
    leftovers: int = 0
    """Orphans: derivatives of present assets that nothing refers to; 0 where they were not asked for."""
    leftover_bytes: int = 0
    work_folders: int = 0
    """Work folders of killed workers; 0 where leftovers were not asked for."""
