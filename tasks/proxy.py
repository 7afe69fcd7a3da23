"""proxy: the one full decode of a file, after it can already be found."""

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import AssetRef, SourceFile
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import DerivativeKind, Proxy
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import ProxyRecipe
from dampipe.storage.blobs.derivatives import DerivativeStore


@stage(queue="proxy", version=3, own_chain=True, after=("preview",), time_limit=48 * 3600)
def proxy(
    file: SourceFile,
    asset: AssetRef,
    media: MediaInfo,
    maker: ProxyMaker,
    store: DerivativeStore,
    report: Reporter,
) -> Proxy:
    """A light copy, the exact shots and the waveform; nothing for stills, and no work where the preview made it."""
    handed_over = store.take_handover(asset.sha1, maker.fingerprint, Proxy)
    if handed_over is not None:
        return handed_over
    with store.workspace() as folder:
        made = maker.make(
            file.path, media, folder, lambda now: report(now.seconds, media.duration, speed=now.speed)
        )
        return kept_proxy(asset, maker.recipe, made, store)


def kept_proxy(asset: AssetRef, recipe: ProxyRecipe, made: MadeProxy, store: DerivativeStore) -> Proxy:
    """Keep what was made; the output that tells of it."""
    kept = {one.kind: one for one in store.publish(asset.sha1, recipe.fingerprint_of, made.files)}
    return Proxy(
        derivative=kept.get(DerivativeKind.PROXY),
        waveform=kept.get(DerivativeKind.WAVEFORM),
        shots=made.shots,
        plan=made.plan,
        duration=made.duration,
        speed=made.speed,
        size=sum(one.size for one in kept.values()),
        warnings=made.warnings,
    )
