"""A library to search in: a real catalogue and index, pictures of plain colours, and the embedder that sees them."""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from dampipe.app.features import detail_fields, scopes
from dampipe.app.remedies import remedies
from dampipe.features.access.login import LoginPolicy
from dampipe.features.access.oidc import OidcSettings
from dampipe.features.access.people import UserDirectory
from dampipe.features.access.rights import Rights
from dampipe.features.access.service import Scopes
from dampipe.features.assets.queries import DerivativeLookup
from dampipe.features.assets.service import DetailFields
from dampipe.features.derivatives.queries import DerivativeRepository
from dampipe.features.facets.order import FacetOrder
from dampipe.features.frames.reader import FrameReader
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.search.clips import ClipService
from dampipe.features.search.filters import FilterResolver
from dampipe.features.search.model import Found, SearchRequest
from dampipe.features.search.model_service import ModelService
from dampipe.features.search.pictures import QueryPictures
from dampipe.features.search.service import SearchService
from dampipe.features.sources.folders import SourceFolders
from dampipe.features.sources.service import SourceContents
from dampipe.jobs.subjects import Subjects
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Container, Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.faces.remedies import Remedies
from dampipe.kernel.field import FieldRegistry
from dampipe.kernel.people import People
from dampipe.kernel.selection import AssetSelector
from dampipe.kernel.sorting import AssetOrder
from dampipe.kernel.visibility import Visibility
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.probe.prober import Prober
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.storage.vectors.faiss import FaissVectors
from dampipe.vision.base import Embedder
from dampipe.vision.fake import FakeEmbedder
from dampipe.vision.tiny.drawing import COLOURS
from tests.support.catalog import Catalog


def sha1(name: str) -> str:
    return hashlib.sha1(name.encode()).hexdigest()


def media(
    kind: MediaKind = MediaKind.VIDEO,
    size: tuple[int, int] = (1920, 1080),
    codec: str = "h264",
    duration: float | None = 30.0,
    camera: str | None = None,
    recorded: datetime | None = None,
    rotation: int = 0,
) -> MediaInfo:
    """What a probe would say."""
    video = VideoStream(
        index=0, codec=codec, width=size[0], height=size[1], pixel_format="yuv420p", rate=Fraction(25),
        rotation=rotation,
    )  # fmt: skip
    return MediaInfo(
        kind=kind,
        container="mp4",
        duration=duration,
        video=None if kind is MediaKind.AUDIO else video,
        camera=camera,
        created_at=recorded,
    )


class AnsweringModel(ModelService):
    """The models of a library in which there was never another one."""

    def __init__(self, open_model: Callable[[], Embedder]) -> None:
        self._open = open_model

    def answering(self) -> Embedder:
        return self._open()


class Searching:
    """The library; `catalog`, `storage` and the services are the real ones."""

    def __init__(self, url: str, folder: Path) -> None:
        self.root = folder / "footage"
        self.catalog = Catalog(Database(url))
        self.catalog.set_up()
        self.catalog.sources.add("footage", str(self.root))
        self.storage = AutoStorage(
            self.catalog, lambda model, dimension: FaissVectors(folder / "index", dimension, model)
        )
        self.embedder = FakeEmbedder()
        self.loaded = 0
        self.services = search_services(self.catalog, self.storage, self._load)
        self.search = self.services.get(SearchService)
        self.filters = self.services.get(FilterResolver)
        self.clips = self.services.get(ClipService)

    def _load(self) -> FakeEmbedder:
        self.loaded += 1
        return self.embedder

    def add(
        self, path: str, colours: Sequence[str] = (), info: MediaInfo | None = None, shots: Any = None
    ) -> str:
        """A file with one frame a colour, five seconds apart; returns its SHA-1."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.encode())
        stamp = datetime(2020, 6, 1, 12, tzinfo=UTC).timestamp()
        os.utime(place, (stamp, stamp))
        self.catalog.add_video(place, sha1(path), info or media())
        if colours:
            size = self.embedder.spec.size
            frames = np.zeros((len(colours), size, size, 3), np.uint8)
            frames[:] = np.array([COLOURS[colour] for colour in colours], np.uint8)[:, None, None]
            times = [5.0 * n for n in range(len(colours))]
            rows = self.embedder.pictures(frames)
            self.catalog.add_vectors(sha1(path), self.embedder.fingerprint, times, rows, shots)
        return sha1(path)

    def find(self, words: str = "", **given: Any) -> Found:
        """The result; what is the name of a filter field goes there."""
        filters = {name: given.pop(name) for name in list(given) if name not in SearchRequest.model_fields}
        return self.search.find(LOCAL, SearchRequest(words=words, filters=filters, **given))

    def names(self, words: str = "", **given: Any) -> list[str]:
        """The names of the files that were found."""
        return [hit.name for hit in self.find(words, **given).hits]

    def close(self) -> None:
        """Give the connections back."""
        self.catalog.close()


def search_services(catalog: Catalog, storage: AutoStorage, open_model: Callable[[], Embedder]) -> Container:
    """The services over a catalogue, with the one model that there is."""
    services = Container()
    services.provide(Services, lambda: services)
    services.provide(Database, lambda: catalog.database)
    services.provide(AutoStorage, lambda: storage)
    services.provide(Subjects, lambda: catalog.subjects)
    services.provide(ModelService, lambda: AnsweringModel(open_model))
    services.provide(QueryPictures, lambda: QueryPictures(Prober))
    services.provide(DerivativeLookup, DerivativeRepository)
    services.provide(SourceContents, lambda: services.get(SourceFolders))
    services.provide(DerivativeStore, lambda: DerivativeStore(MemoryBlobs()))
    services.provide(DetailFields, detail_fields)
    services.provide(FrameReader, lambda: FrameReader(find_ffmpeg, services.get(DerivativeStore)))
    services.provide(Remedies, remedies)
    services.provide(Visibility, lambda: services.get(Rights))
    services.provide(FieldRegistry, lambda: services.get(LibraryFields))
    services.provide(AssetSelector, lambda: services.get(FilterResolver))
    services.provide(AssetOrder, lambda: services.get(FacetOrder))
    services.provide(People, lambda: services.get(UserDirectory))
    services.provide(LoginPolicy, LoginPolicy)
    services.provide(OidcSettings, OidcSettings)
    services.provide(Scopes, lambda: Scopes(scopes()))
    return services
