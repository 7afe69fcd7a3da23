"""The use cases of derivatives: finding one of an asset, and reading it."""

from typing import BinaryIO

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.derivatives.errors import UNKNOWN_DERIVATIVE
from dampipe.kernel.errors import NotFound
from dampipe.media.outputs import Derivative
from dampipe.storage.blobs.derivatives import DerivativeStore


class DerivativeService:
    """The derivatives of a library. Any method may raise CatalogueDown."""

    def __init__(self, assets: AssetRepository, store: DerivativeStore) -> None:
        self._assets = assets
        self._store = store

    def find(self, sha1: str, name: str) -> tuple[Derivative, str]:
        """A derivative by its kind or its file's name, and the name to download it under.

        Raises NotFound for an unknown asset or a derivative that it does not have.
        """
        video = self._assets.videos([self._assets.find(sha1)])[0]
        for derivative in video.derivatives:
            if name in (derivative.kind, derivative.key.rpartition("/")[2]):
                return derivative, video.download_name(derivative)
        raise NotFound(UNKNOWN_DERIVATIVE, name=video.name, derivative=name, sha1=video.sha1)

    def open(self, derivative: Derivative) -> BinaryIO:
        """A seekable reader of its bytes. Raises NotFound where they are gone."""
        return self._store.open(derivative)
