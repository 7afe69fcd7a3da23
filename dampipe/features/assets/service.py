"""The use cases about single assets: which one is meant, what is known of it, its derivatives and its tags."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from dampipe.features.assets.catalog import Catalog, relative
from dampipe.features.assets.model import Details
from dampipe.features.scanning.cards import card_of
from dampipe.features.search.model import split_like
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.features.tagging.model import TagReport
from dampipe.kernel.errors import NotFound
from dampipe.kernel.paths import printable
from dampipe.kernel.unicode_paths import spellings
from dampipe.media.outputs import Derivative
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.video import Video
from dampipe.vision.base import Embedder


class AssetService:
    """The assets of a library. A name is a SHA-1 (or the beginning of it) or a file's path.

    Any method may raise CatalogueDown, and NotFound for an asset that does not exist.
    """

    def __init__(
        self, catalog: Catalog, derivatives: DerivativeStore, answering: Callable[[], Embedder]
    ) -> None:
        """answering: the embedder that search asks."""
        self._catalog = catalog
        self._answering = answering
        self.derivatives = derivatives
        """Where the bytes of derivatives are."""

    def newest(self, limit: int = 100, after: str | None = None) -> list[Video]:
        """The newest first; `after` is the SHA-1 of the last one of the page before."""
        return self._catalog.list_videos(limit=limit, after=after)

    def show(self, name: str) -> Details:
        """All that is known of one asset."""
        return self._details(self._asset(name))

    def by_sha1(self, sha1: str) -> Details:
        """The same by SHA-1 only."""
        return self._details(int(self._catalog.assets.find(sha1).id))

    def _details(self, asset: int) -> Details:
        video = self._catalog.get_video(self._catalog.assets.refs([asset])[asset].sha1)
        return Details(
            video=video,
            tags=self._catalog.tags.of(asset),
            sidecars=tuple(printable(path) for path in self._catalog.assets.sidecars(asset)),
            card=card_of(str(PurePosixPath(video.paths[0]).parent)) if video.paths else None,
            runs=tuple(self._catalog.assets.runs(asset)),
        )

    def moments_of(self, sha1: str) -> int:
        """How many moments of an asset can be found with the present model."""
        return self._catalog.vectors.count_of(sha1, self._answering().fingerprint)

    def derivative(self, sha1: str, name: str) -> tuple[Derivative, str]:
        """A derivative of an asset by its kind or its file's name, and what to call it."""
        video = self._catalog.get_video(sha1)
        for made in video.derivatives:
            if name in (made.kind, made.key.rpartition("/")[2]):
                return made, video.download_name(made)
        hint = f"`dampipe show {video.sha1[:12]}` tells what it has."
        raise NotFound(f"{video.name} has no {name!r}", hint=hint)

    def tags(self) -> list[TagReport]:
        """All tags, and how many assets have each."""
        return self._catalog.tags.all()

    def tag(self, name: str, assets: Sequence[str]) -> int:
        """Give a tag to assets; returns how many did not have it."""
        return self._catalog.tags.add(name, [self._asset(one) for one in assets])

    def untag(self, name: str, assets: Sequence[str] | None = None) -> int:
        """Take a tag from assets, or from all; returns how many had it."""
        ids = None if assets is None else [self._asset(one) for one in assets]
        return self._catalog.tags.remove(name, ids)

    def find(self, name: str) -> tuple[int | None, int | None]:
        """The location (for a path) and the asset (once it was hashed) that a name means."""
        sources = self._catalog.sources.all()
        whole = under_known_root(os.path.abspath(name), sources)
        for path in map(Path, spellings(whole)):
            inside = [s for s in sources if s.holds(path)]
            for source in sorted(inside, key=lambda source: -len(source.root)):
                folder = relative(path.parent, source.root) if path != Path(source.root) else ""
                row = self._catalog.assets.find_path(source.id, folder, path.name)
                if row is not None:
                    return row.id, row.asset_id
        if os.sep in name or os.path.exists(name):
            raise NotFound(f"{printable(name)} is not in the library", hint="`dampipe enqueue` adds it.")
        return None, int(self._catalog.assets.find(name).id)

    def moment(self, text: str) -> str:
        """What `--like` names, `ASSET@SECONDS`, with the asset's SHA-1 in the place of a path."""
        name, time = split_like(text)
        if os.sep not in name:
            return text
        asset = self._asset(name)
        sha1 = self._catalog.assets.refs([asset])[asset].sha1
        return sha1 if time is None else f"{sha1}@{time}"

    def _asset(self, name: str) -> int:
        _, asset = self.find(name)
        if asset is None:
            raise NotFound(
                f"{name} is known, but was not hashed yet",
                hint="`dampipe status` and `dampipe failures` tell why.",
            )
        return asset
