"""preview: everything that search needs, from one sparse pass over the file."""

from dataclasses import replace

from dampipe.jobs.stage import stage
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import LazySource, VersionRef
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import Correction, Preview
from dampipe.media.passes import Passes
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.tasks.proxy import publish_proxy


@stage(queue="preview", version=3, time_limit=48 * 3600)
def preview(
    file: LazySource,
    asset: VersionRef,
    media: MediaInfo,
    passes: Passes,
    store: DerivativeStore,
    on_progress: Reporter,
) -> Preview:
    """Make poster, sprite sheet and the frames for the embedder; with the setting one_pass the proxy, too."""

    def report(now: Progress) -> None:
        on_progress(now.seconds, media.duration, speed=now.speed)

    with store.workspace() as folder:
        made, proxy = None, None
        with file.parts() as parts:
            if parts is not None:
                made = passes.make_of_parts(parts, media, folder, report)
        if made is None:
            made, proxy = passes.make(file.whole().path, media, folder, report)
        derivatives = store.publish(asset.sha1, passes.preview.recipe.fingerprint_of, made.files)
        if proxy is not None and passes.proxy is not None:
            recipe = passes.proxy.recipe
            # The preview is made for the duration that the proxy has found, so nothing is made again.
            handed_over = publish_proxy(asset, recipe, replace(proxy, found=None), store)
            store.put_handover(asset.sha1, recipe.fingerprint, handed_over)
    return Preview(
        derivatives=derivatives,
        frames=made.frames,
        hash_times=made.hash_times,
        hashes=made.hashes,
        correction=Correction(duration=made.duration, of="probe") if made.duration is not None else None,
        plan=made.plan,
        way=made.way,
        speed=made.speed,
        size=sum(derivative.size for derivative in derivatives),
        warnings=made.warnings,
        again=("embed", "index"),
    )
