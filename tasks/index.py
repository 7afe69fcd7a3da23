"""index: makes embedded assets searchable."""

from dampipe.jobs.stage import stage
from dampipe.storage.auto import AutoStorage
from dampipe.storage.moments import Indexed
from dampipe.vision.embedding import Embedding


@stage(queue="index", version=1, batch=256, time_limit=3600)
def index(embeddings: list[Embedding], storage: AutoStorage) -> list[Indexed]:
    """Add new vectors to the index of their model, once for many assets."""
    models = {embedding.model for embedding in embeddings}
    watermarks = {model: storage.advance(model) for model in models}
    return [Indexed(watermark=watermarks[embedding.model]) for embedding in embeddings]
