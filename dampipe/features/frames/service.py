"""The use case of frames."""

from dataclasses import dataclass

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.frames.errors import NO_PICTURE, UNREADABLE
from dampipe.features.frames.reader import FrameReader
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.errors import NotFound, StageError
from dampipe.kernel.visibility import Visibility
from dampipe.media.box import Box
from dampipe.media.outputs import Derivative, DerivativeKind


@dataclass(frozen=True)
class Frame:
    """A frame as a JPEG."""

    jpeg: bytes
    of: Derivative
    """The proxy, or of what has none the poster."""


class FrameService:
    """The frames of a library. Any method may raise CatalogueDown."""

    def __init__(self, assets: AssetRepository, reader: FrameReader, visibility: Visibility) -> None:
        self._assets = assets
        self._reader = reader
        self._visibility = visibility

    def read(
        self, actor: Actor, sha1: str, time: float, height: int | None = None, box: Box | None = None
    ) -> Frame:
        """The frame of a version that is in view at a time (seconds), by its SHA-1 or the beginning of it.

        A still has one frame. height: pixels, at most. box: only this part. Raises NotFound for a version that is
        unknown, not visible or has no picture that can be read, and Busy.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        video = self._assets.videos([self._assets.find(sha1, view)], view)[0]
        made = {one.kind: one for one in video.derivatives}
        has_picture = video.media is not None and video.media.video is not None
        found = made.get(DerivativeKind.PROXY) or made.get(DerivativeKind.POSTER)
        if found is None or not has_picture:
            raise NotFound(NO_PICTURE, name=video.name)
        at = time if video.media is None or not video.media.duration else min(time, video.media.duration)
        try:
            return Frame(self._reader.read(found, at, height, box), found)
        except StageError as error:
            raise NotFound(UNREADABLE, hint=error.hint, name=video.name, reason=str(error)) from error
