"""Frames of shots that the sparse pass missed, extracted from the proxy instead of the source."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import Permanent
from dampipe.media.errors import PROXY_UNREADABLE
from dampipe.media.outputs import Frame
from dampipe.media.recipes import FramesRecipe

START_MARGIN = 0.02
"""Seconds after its start from which on a frame certainly belongs to a shot; times are rounded to milliseconds."""


def shots_without_frame(starts: Sequence[float], frames: Sequence[Frame]) -> list[int]:
    """The numbers of the shots without a frame. starts: start times of the shots, the first 0.

    >>> frames = [Frame(time=0.0, shot=0), Frame(time=4.0, shot=1), Frame(time=6.0, shot=1)]
    >>> shots_without_frame((0.0, 4.0, 4.5, 8.0), frames)
    [3]
    """
    covered = {bisect_right(starts, frame.time + 0.001) - 1 for frame in frames}
    return [shot for shot in range(len(starts)) if shot not in covered]


class ShotFrames:
    """Extracts frames in the size of a recipe."""

    def __init__(self, recipe: FramesRecipe) -> None:
        self.recipe = recipe

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the recipe."""
        return self.recipe.fingerprint

    def extract(self, proxy: Path, starts: Sequence[float]) -> tuple[NDArray[np.uint8], list[float]]:
        """The first frame of each of these shots, shape (count, size, size, 3), and their times in seconds.

        starts: ascending. A shot beyond the end of the proxy is omitted. Raises `Permanent` when the proxy cannot
        be read.
        """
        import av  # 40 ms, needed only here

        pictures, times = list[NDArray[np.uint8]](), list[float]()
        try:
            with av.open(str(proxy)) as container:
                stream = container.streams.video[0]
                assert stream.time_base is not None
                for start in starts:
                    container.seek(int(start / stream.time_base), stream=stream)
                    for frame in container.decode(stream):
                        if frame.time is not None and frame.time >= start + START_MARGIN:
                            pictures.append(self._resize(frame))
                            times.append(round(float(frame.time), 3))
                            break
        except (OSError, ValueError) as error:
            raise Permanent(PROXY_UNREADABLE, reason=str(error)) from error
        size = self.recipe.size
        return np.array(pictures, np.uint8).reshape(-1, size, size, 3), times

    def _resize(self, frame: "av.VideoFrame") -> NDArray[np.uint8]:  # type: ignore[name-defined] # noqa: F821
        size, width, height = self.recipe.size, frame.width, frame.height
        if self.recipe.fit == "squash":
            width, height = size, size
        else:
            scale = size / min(width, height)
            width, height = max(size, round(width * scale)), max(size, round(height * scale))
        small = frame.reformat(
            width=width, height=height, format="rgb24", interpolation=self.recipe.interpolation.upper()
        ).to_ndarray()
        left, top = (width - size) // 2, (height - size) // 2
        return np.asarray(small[top : top + size, left : left + size], np.uint8)
