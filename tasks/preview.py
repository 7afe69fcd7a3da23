"""preview: everything that search needs, from one sparse pass over the file."""

from dampipe.domain.assets import AssetRef, SourceFile
from dampipe.domain.derivatives import Preview
from dampipe.domain.media import MediaInfo
from dampipe.domain.progress import Reporter
from dampipe.media.preview import PreviewMaker
from dampipe.pipeline.stage import stage
from dampipe.storage.blobs.derivatives import DerivativeStore


@stage(queue="preview", version=1, time_limit=6 * 3600)
def preview(
    file: SourceFile,
    asset: AssetRef,
    media: MediaInfo,
    maker: PreviewMaker,
    store: DerivativeStore,
    report: Reporter,
) -> Preview:
    """Poster, sprite sheet and the frames for the embedder."""
    with store.workspace() as folder:
        made = maker.make(
            file.path, media, folder, lambda now: report(now.seconds, media.duration, speed=now.speed)
        )
        derivatives = store.keep(asset.sha1, maker.fingerprint, made.files)
    return Preview(
        derivatives=derivatives,
        frames=made.frames,
        plan=made.plan,
        way=made.way,
        speed=made.speed,
        size=sum(one.size for one in derivatives),
        warnings=made.warnings,
    )
