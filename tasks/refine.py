"""refine: adds a frame for each shot that the preview pass has missed; then the asset is embedded again."""

import numpy as np

from dampipe.jobs.stage import stage
from dampipe.kernel.stage_io import VersionRef
from dampipe.media.outputs import DerivativeKind, Frame, MadeFile, Preview, Proxy, Refined, write_frames
from dampipe.media.preview.shot_frames import ShotFrames, shots_without_frame
from dampipe.storage.blobs.derivatives import DerivativeStore

NAME = "frames-of-shots.npy"


@stage(queue="preview", version=1, own_chain=True, time_limit=3600)
def refine(
    asset: VersionRef, preview: Preview, proxy: Proxy, maker: ShotFrames, store: DerivativeStore
) -> Refined:
    """Add frames of shots without one to the preview; nothing if there are none, or it has as many as allowed."""
    stored = preview.derivative(DerivativeKind.FRAMES)
    room = maker.recipe.limit - len(preview.frames)
    missing = [proxy.shots[shot] for shot in shots_without_frame(proxy.shots, preview.frames)[: max(0, room)]]
    if stored is None or proxy.derivative is None or not missing:
        return Refined()
    with store.local_path(proxy.derivative) as path:
        pictures, times = maker.extract(path, missing)
    with store.local_path(stored) as path:
        all_pictures = np.concatenate([np.load(path), pictures])
    frames = [*preview.frames, *(Frame(time=time, shot=0) for time in times)]
    order = sorted(range(len(frames)), key=lambda row: frames[row].time)
    with store.workspace() as folder:
        write_frames(folder / NAME, all_pictures[order])
        made = MadeFile(DerivativeKind.FRAMES, folder / NAME, stored.media_type)
        others = tuple(old for old in preview.derivatives if old.kind != DerivativeKind.FRAMES)
        derivatives = (*others, *store.publish(asset.sha1, lambda _: stored.recipe, [made]))
    # The catalogue assigns the vectors to the shots of the proxy pass.
    chosen = tuple(frames[row] for row in order)
    better = preview.model_copy(update={"derivatives": derivatives, "frames": chosen})
    return Refined(preview=better, of="preview", again=("embed", "index"), added=len(times))
