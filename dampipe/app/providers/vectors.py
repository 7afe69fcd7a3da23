"""Where vectors are kept."""

import hashlib
import re

from dampipe.features.search.vector_media_db import VectorMediaDb
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.auto import AutoStorage, can_mask
from dampipe.storage.registry import get_storage_backend
from dampipe.storage.vectors.base import VectorStorage


def auto_storage(services: Services) -> AutoStorage:
    """The catalogue and the vector index behind one interface."""
    settings = services.get(Settings)
    catalog = services.get(VectorMediaDb)
    if settings.vectors == "none":
        return AutoStorage(catalog, None)

    def open_index(model: str, dimension: int) -> VectorStorage:
        name = _file_name(model)
        own = {"folder": str(settings.index_folder / name), "dimension": dimension, "name": name}
        config = {**settings.vectors_options, **own}
        if settings.vectors == "pgvector":
            config.setdefault("url", settings.database)  # the catalogue's own, where it is PostgreSQL
        return get_storage_backend(settings.vectors, config, "vectors")  # type: ignore[return-value]

    return AutoStorage(catalog, open_index, can_mask=lambda: can_mask(settings.vectors))


def _file_name(fingerprint: str) -> str:
    """A model's fingerprint as a file name that is valid on every file system and unique."""
    digest = hashlib.sha1(fingerprint.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', fingerprint.lower())}-{digest}"
