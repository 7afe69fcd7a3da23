"""What a search needs of ffmpeg and of the model."""

from dampipe.app.tools import MediaTools
from dampipe.features.frames.reader import FrameReader
from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.search.model_service import ModelService
from dampipe.features.search.pictures import PICTURE_SECONDS, QueryPictures
from dampipe.jobs.plan import Plan
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.media.probe.prober import Prober
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore


def model_service(services: Services) -> ModelService:
    """The use cases of models."""
    tools = services.get(MediaTools)
    return ModelService(
        services.get(ModelRepository),
        services.get(AutoStorage),
        lambda: services.get(Plan),
        services.get(Settings).model,
        lambda: tools.embedder,
        tools.open_model,
    )


def frame_reader(services: Services) -> FrameReader:
    """Reads frames of proxies, in the sandbox."""
    tools = services.get(MediaTools)
    return FrameReader(lambda: tools.ffmpeg, services.get(DerivativeStore))


def query_pictures(services: Services) -> QueryPictures:
    """The pictures that searches are by, decoded in the limited helper."""
    tools = services.get(MediaTools)
    return QueryPictures(lambda: Prober(PICTURE_SECONDS, sandbox=tools.ffmpeg.sandbox))
