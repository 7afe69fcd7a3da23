"""A library with clips of 25 frames a second whose time code begins at one o'clock, over each database."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi.testclient import TestClient

from dampipe.features.assets.tables import ASSET
from dampipe.features.processing.service import ProcessingService
from dampipe.features.subclips.export import SubclipExporter
from dampipe.features.subclips.service import SubclipService
from dampipe.features.undo.service import UndoService
from dampipe.media.info import AudioStream, MediaInfo, MediaKind
from dampipe.web.app import create_app
from tests.support.searching import Searching, media


def coded(**given: object) -> MediaInfo:
    """A film with time code."""
    return media(**given).model_copy(update={"timecode": "01:00:00:00"})  # type: ignore[arg-type]


@pytest.fixture
def library(catalogue_url: str, tmp_path: Path) -> Iterator[Searching]:
    made = Searching(catalogue_url, tmp_path)
    with made.catalog.database.write() as connection:
        for _ in range(7):
            connection.execute(ASSET.insert().values(added_at=0.0))
        connection.execute(ASSET.delete())
    made.add("day/a.mp4", ["red"], coded())
    made.add("day/b.mp4", ["blue"], coded())
    made.add("night/c.mp4", ["green"], coded())
    made.add("day/sound.wav", (), media(MediaKind.AUDIO).model_copy(
        update={"audio": (AudioStream(index=0, codec="pcm", sample_rate=48000, channels=2),)}
    ))  # fmt: skip
    made.add("day/still.jpg", (), media(MediaKind.STILL, duration=None))
    yield made
    made.close()


@pytest.fixture
def subclips(library: Searching) -> SubclipService:
    return library.services.get(SubclipService)


@pytest.fixture
def exporter(library: Searching) -> SubclipExporter:
    return library.services.get(SubclipExporter)


@pytest.fixture
def undo(library: Searching) -> UndoService:
    return library.services.get(UndoService)


@pytest.fixture
def http(library: Searching) -> TestClient:
    library.services.provide(ProcessingService, lambda: cast(ProcessingService, None))
    return TestClient(create_app(library.services), base_url="http://127.0.0.1/api/v1")
