"""The outputs of an ffmpeg pass that signatures are computed from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dampipe.media.signatures.picture import GRID, picture_signatures
from dampipe.media.signatures.track import SignatureKind, SignatureTrack

PICTURES_NAME = "signatures.nut"
"""Small grey pictures of all frames with their times: 600 bytes each, deleted after the pass."""
_AT_ONCE = 4096


def pictures_output(stream: Any, time_base: str) -> Any:
    """The ffmpeg output that writes all frames of `stream` as small grey pictures to PICTURES_NAME.

    time_base: of their time stamps, "1/24000".
    """
    # Threads would cost more than they save for such a small picture.
    stream = stream.filter("scale", GRID, GRID, flags="area", threads=1).filter("format", "gray")
    options = {"f": "nut", "c:v": "rawvideo", "fps_mode": "passthrough", "enc_time_base:v": time_base}
    return stream.output(PICTURES_NAME, **options)


def read_pictures(folder: Path) -> SignatureTrack | None:
    """The signatures of the pictures that a pass wrote into a folder; None if it wrote none. Deletes the pictures.

    A frame that is not later than the one before it, as in damaged files, is left out.
    """
    path = folder / PICTURES_NAME
    try:
        return _read(path)
    except (OSError, ValueError):
        return None
    finally:
        path.unlink(missing_ok=True)


def _read(path: Path) -> SignatureTrack | None:
    times: dict[str, Any] = {}

    def pictures() -> Iterator[NDArray[np.uint8]]:
        ticks: list[int] = []
        for packets in _packets(path):
            ticks += [packet.pts for packet in packets]
            times["base"], times["last"] = packets[-1].time_base, packets[-1].duration
            yield np.stack([np.frombuffer(packet, np.uint8) for packet in packets]).reshape(-1, GRID, GRID)
        times["ticks"] = np.array(ticks, np.int64)

    rows = picture_signatures(pictures)
    ticks = times["ticks"]
    if not len(ticks):
        return None
    ascending = np.concatenate([[True], ticks[1:] > np.maximum.accumulate(ticks)[:-1]])
    ticks, rows = ticks[ascending], rows[ascending]
    usual = int(np.median(np.diff(ticks))) if len(ticks) > 1 else times["last"] or 1
    return SignatureTrack(SignatureKind.PICTURE, times["base"], ticks, rows, int(ticks[-1]) + max(1, usual))


def _packets(path: Path) -> Iterator[list[Any]]:
    """The packets of the file, some at a time."""
    import av  # 40 ms, needed only here

    some: list[Any] = []
    with av.open(str(path), format="nut") as container:
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is None or packet.size != GRID * GRID:
                continue
            some.append(packet)
            if len(some) == _AT_ONCE:
                yield some
                some = []
        if some:
            yield some
