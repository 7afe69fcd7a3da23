"""The asset as `StorageEngine` presents it: a video."""

from datetime import datetime
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict

from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Derivative, DerivativeKind


class Video(BaseModel):
    """One asset: identity, locations, metadata and derivatives."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    size: int
    name: str
    paths: tuple[str, ...] = ()
    """Printable paths of its present locations, followed by those of missing ones."""
    media: MediaInfo | None = None
    """None: not probed yet."""
    derivatives: tuple[Derivative, ...] = ()
    added_at: datetime

    def download_name(self, derivative: Derivative) -> str:
        """The file name for a download. A proxy has the name of its original, so that editing programs can relink it."""
        stem, suffix = PurePosixPath(self.name).stem, PurePosixPath(derivative.key).suffix
        return (
            f"{stem}{suffix}"
            if derivative.kind is DerivativeKind.PROXY
            else f"{stem}.{derivative.kind}{suffix}"
        )
