"""What needs ffmpeg or the model."""

from dampipe.app.tools import MediaTools
from dampipe.jobs.toolbox import LazyTools, Tool
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings
from dampipe.media.excerpt.cutter import Cutter
from dampipe.media.passes import Passes
from dampipe.media.preview.shot_frames import ShotFrames
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.signatures.maker import SignatureMaker
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.vision.base import Embedder
from dampipe.vision.open_model import missing_packages


def toolbox(services: Services) -> LazyTools:
    """The tools of stages, by type."""
    tools = services.get(MediaTools)
    return LazyTools(
        {
            Prober: Tool(lambda: tools.prober),
            Passes: Tool(
                lambda: tools.passes,
                lambda: tools.preview_recipe.fingerprint,
                lambda: tools.preview_recipe.frames.fingerprint,
            ),
            ProxyMaker: Tool(lambda: tools.proxy_maker, lambda: tools.proxy_recipe.fingerprint),
            ShotFrames: Tool(
                lambda: ShotFrames(tools.preview_recipe.frames),
                lambda: tools.preview_recipe.frames.fingerprint,
            ),
            DerivativeStore: Tool(lambda: services.get(DerivativeStore)),
            Embedder: Tool(
                lambda: tools.embedder,
                lambda: tools.embedder.fingerprint,
                missing_packages=lambda: missing_packages(services.get(Settings).model),
            ),
            AutoStorage: Tool(lambda: services.get(AutoStorage)),
        }
    )


def signature_maker(services: Services) -> SignatureMaker:
    """What makes the signatures of frames."""
    tools = services.get(MediaTools)
    return SignatureMaker(tools.ffmpeg, tools.prober)


def cutter(services: Services) -> Cutter:
    """What copies parts of originals."""
    return Cutter(services.get(MediaTools).ffmpeg)
