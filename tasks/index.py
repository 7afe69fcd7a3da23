"""index: what was embedded can be found."""

from dampipe.jobs.stage import stage
from dampipe.storage.auto import AutoStorage
from dampipe.storage.moments import Indexed
from dampipe.vision.embedding import Embedding


@stage(queue="index", version=1, batch=256, time_limit=3600)
def index(embeddings: list[Embedding], storage: AutoStorage) -> list[Indexed]:
    """Bring the vector index up to the catalogue, once for many assets."""
    reached = {model: storage.advance(model) for model in {one.model for one in embeddings}}
    return [Indexed(watermark=reached[one.model]) for one in embeddings]
