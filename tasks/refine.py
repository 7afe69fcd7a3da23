"""refine: every shot that the proxy pass has found gets a frame; where one lacked it, the asset is embedded again."""

import numpy as np

from dampipe.jobs.stage import stage
from dampipe.kernel.stage_io import AssetRef
from dampipe.media.outputs import DerivativeKind, Frame, MadeFile, Preview, Proxy, Refined, write_frames
from dampipe.media.preview.shot_frames import ShotFrames, shots_without_frame
from dampipe.storage.blobs.derivatives import DerivativeStore

NAME = "frames-of-shots.npy"


@stage(queue="preview", version=1, own_chain=True, time_limit=3600)
def refine(
    asset: AssetRef, preview: Preview, proxy: Proxy, maker: ShotFrames, store: DerivativeStore
) -> Refined:
    """The preview with a frame of each shot; nothing where it has them all, or as many as one asset may have."""
    kept = preview.derivative(DerivativeKind.FRAMES)
    room = maker.recipe.limit - len(preview.frames)
    lacking = [proxy.shots[shot] for shot in shots_without_frame(proxy.shots, preview.frames)[: max(0, room)]]
    if kept is None or proxy.derivative is None or not lacking:
        return Refined()
    with store.local_path(proxy.derivative) as path:
        pictures, times = maker.extract(path, lacking)
    with store.local_path(kept) as path:
        everything = np.concatenate([np.load(path), pictures])
    frames = [*preview.frames, *(Frame(time=time, shot=0) for time in times)]
    order = sorted(range(len(frames)), key=lambda row: frames[row].time)
    with store.workspace() as folder:
        write_frames(folder / NAME, everything[order])
        made = MadeFile(DerivativeKind.FRAMES, folder / NAME, kept.media_type)
        others = tuple(one for one in preview.derivatives if one.kind != DerivativeKind.FRAMES)
        derivatives = (*others, *store.publish(asset.sha1, lambda _: kept.recipe, [made]))
    # Their shots are those of the proxy pass, which the catalogue gives them.
    chosen = tuple(frames[row] for row in order)
    better = preview.model_copy(update={"derivatives": derivatives, "frames": chosen})
    return Refined(preview=better, of="preview", again=("embed", "index"), added=len(times))
