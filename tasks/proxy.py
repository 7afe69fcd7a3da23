"""proxy: the one full decode of a file, after search can find it."""

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import AssetRef, SourceFile
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import DerivativeKind, Proxy
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.embedded_film import make_film_proxy
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import ProxyRecipe
from dampipe.storage.blobs.derivatives import DerivativeStore


@stage(queue="proxy", version=3, own_chain=True, after=("preview",), time_limit=48 * 3600)
def proxy(
    file: SourceFile,
    asset: AssetRef,
    media: MediaInfo,
    maker: ProxyMaker,
    prober: Prober,
    store: DerivativeStore,
    on_progress: Reporter,
) -> Proxy:
    """Make a proxy, the exact shots and the waveform; no work where the preview made them.

    Of stills nothing, but for motion photos the proxy of the film inside.
    """
    handed_over = store.take_handover(asset.sha1, maker.fingerprint, Proxy)
    if handed_over is not None:
        return handed_over

    def report(now: Progress) -> None:
        on_progress(now.seconds, media.duration, speed=now.speed)

    with store.workspace() as folder:
        if media.embedded_film is not None:
            made = make_film_proxy(maker, prober, file.path, media.embedded_film, folder, report)
        else:
            made = maker.make(file.path, media, folder, report)
        return publish_proxy(asset, maker.recipe, made, store)


def publish_proxy(asset: AssetRef, recipe: ProxyRecipe, made: MadeProxy, store: DerivativeStore) -> Proxy:
    """Publish the files of a proxy pass, and return the stage's output."""
    published = store.publish(asset.sha1, recipe.fingerprint_of, made.files)
    by_kind = {derivative.kind: derivative for derivative in published}
    return Proxy(
        derivative=by_kind.get(DerivativeKind.PROXY),
        waveform=by_kind.get(DerivativeKind.WAVEFORM),
        shots=made.shots,
        plan=made.plan,
        duration=made.duration,
        speed=made.speed,
        size=sum(derivative.size for derivative in published),
        warnings=made.warnings,
    )
