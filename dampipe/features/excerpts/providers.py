"""How the objects of excerpts are made that depend on settings."""

from dampipe.features.alignment.anchors import Anchors
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.excerpts.maker import ExcerptMaker
from dampipe.features.excerpts.service import ExcerptService
from dampipe.features.originals.queries import OriginalRepository
from dampipe.features.originals.release import ReleaseService
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.staging import Staging
from dampipe.kernel.visibility import Visibility
from dampipe.media.excerpt.cutter import Cutter


def excerpts(services: Services) -> ExcerptService:
    """The use case; ffmpeg is looked for when something is copied."""
    return ExcerptService(
        services.get(AssetService),
        services.get(AssetRepository),
        services.get(OriginalRepository),
        services.get(Anchors),
        services.get(ReleaseService),
        services.get(Visibility),
        ExcerptMaker(services.get(Staging), lambda: services.get(Cutter)),
        services.get(Settings).home / "cache" / "excerpts",
    )
