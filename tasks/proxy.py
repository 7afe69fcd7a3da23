"""proxy: the one full decode of a file, after it can already be found."""

from dampipe.domain.assets import AssetRef, SourceFile
from dampipe.domain.derivatives import DerivativeKind, Proxy
from dampipe.domain.media import MediaInfo
from dampipe.domain.progress import Reporter
from dampipe.media.proxy import ProxyMaker
from dampipe.pipeline.stage import stage
from dampipe.storage.blobs.derivatives import DerivativeStore


@stage(queue="proxy", version=2, beside=True, after=("preview",), time_limit=48 * 3600)
def proxy(
    file: SourceFile,
    asset: AssetRef,
    media: MediaInfo,
    maker: ProxyMaker,
    store: DerivativeStore,
    report: Reporter,
) -> Proxy:
    """A light copy, the exact shots and the waveform; nothing for stills."""
    with store.workspace() as folder:
        made = maker.make(
            file.path, media, folder, lambda now: report(now.seconds, media.duration, speed=now.speed)
        )
        kept = {one.kind: one for one in store.keep(asset.sha1, maker.fingerprint, made.files)}
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
