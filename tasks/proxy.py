"""proxy: the one full decode of a file, after search can find it."""

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import LazySource, VersionRef
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Correction, DerivativeKind, FoundDuration, Proxy
from dampipe.media.proxy.maker import MadeProxy, ProxyMaker
from dampipe.media.recipes import ProxyRecipe
from dampipe.storage.blobs.derivatives import DerivativeStore


@stage(queue="proxy", version=3, own_chain=True, after=("preview",), time_limit=48 * 3600)
def proxy(
    file: LazySource,
    asset: VersionRef,
    media: MediaInfo,
    maker: ProxyMaker,
    store: DerivativeStore,
    on_progress: Reporter,
) -> Proxy:
    """Make a proxy, the exact shots, signatures and the waveform; of stills that browsers do not show a JPEG of full
    size.

    No work where the preview has made them.
    """
    handed_over = store.take_handover(asset.sha1, maker.fingerprint, Proxy)
    if handed_over is not None:
        return handed_over
    with store.workspace() as folder:
        made = maker.make(
            file.whole().path,
            media,
            folder,
            lambda now: on_progress(now.seconds, media.duration, speed=now.speed),
        )
        return publish_proxy(asset, maker.recipe, made, store)


def publish_proxy(asset: VersionRef, recipe: ProxyRecipe, made: MadeProxy, store: DerivativeStore) -> Proxy:
    """Publish the files of a proxy pass, and return the stage's output."""
    published = store.publish(asset.sha1, recipe.fingerprint_of, made.files)
    by_kind = {derivative.kind: derivative for derivative in published}
    return Proxy(
        derivative=by_kind.get(DerivativeKind.PROXY),
        waveform=by_kind.get(DerivativeKind.WAVEFORM),
        signatures=by_kind.get(DerivativeKind.SIGNATURES),
        still=by_kind.get(DerivativeKind.STILL),
        shots=made.shots,
        plan=made.plan,
        duration=made.duration,
        correction=_correction(made.found),
        speed=made.speed,
        size=sum(derivative.size for derivative in published),
        warnings=made.warnings,
    )


def _correction(found: FoundDuration | None) -> Correction | None:
    """The correction of the facts; frames and strip are made again if they were made for a wrong duration."""
    if found is None:
        return None
    outdated = ("preview", "embed", "index", "refine") if found.differs else ()
    return Correction(duration=found, of="probe", again=outdated)
