"""An asset as upstream code sees it through `StorageEngine`."""

from datetime import datetime
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict

from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Derivative, DerivativeKind


class Video(BaseModel):
    """All that is known of one asset: identity, places, metadata and derivatives."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    size: int
    name: str
    paths: tuple[str, ...] = ()
    """Printable paths of its present locations, then of the missing ones."""
    media: MediaInfo | None = None
    """None until it was probed."""
    derivatives: tuple[Derivative, ...] = ()
    added_at: datetime

    def download_name(self, made: Derivative) -> str:
        """What a derivative is called outside: a proxy as its original, so that editors relink it."""
        stem, suffix = PurePosixPath(self.name).stem, PurePosixPath(made.key).suffix
        return f"{stem}{suffix}" if made.kind is DerivativeKind.PROXY else f"{stem}.{made.kind}{suffix}"
