"""Exact shot detection: every frame is scored by its difference from the previous one; a high score starts a shot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCORES_NAME = "scores.txt"
WIDTH = 320
"""Width in pixels of the scored picture: sufficient to detect shots, at little cost."""
MIN_LOGGED_SCORE = 5.0
"""Lower scores are not written: a long film has millions of frames."""
THRESHOLD = 10.0
"""Score from which on a frame starts a shot; 0 is an identical picture, 100 black to white."""
MIN_SHOT = 0.5
"""Seconds; of closer starts the one with the highest score is kept (flashes, dissolves)."""


def small_picture(stream: Any, size: tuple[int, int]) -> Any:
    """The frames of `stream` (of `size`), at the size at which they are scored."""
    if size[0] <= WIDTH:
        return stream
    # Threads would cost more than they save for such a small picture.
    return stream.filter("scale", *scored_size(size), flags="neighbor", threads=1)


def score_output(stream: Any) -> Any:
    """The ffmpeg output that writes the scores of all frames of `stream`, a small picture, to SCORES_NAME.

    It outputs every frame, since an output without frames fails the whole command.
    """
    options = {
        "key": "lavfi.scd.score",
        "value": f"{MIN_LOGGED_SCORE:g}",
        "function": "greater",
        "file": SCORES_NAME,
    }
    stream = stream.filter("scdet", threshold=THRESHOLD).filter("metadata", mode="print", **options)
    return stream.output("-", f="null", fps_mode="passthrough")


def scored_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size, even, to which pictures of `size` are scaled for scoring."""
    width, height = size
    return (WIDTH, max(2, round(height * WIDTH / width / 2) * 2)) if width > WIDTH else size


def read_scores(folder: Path) -> list[tuple[float, float]]:
    """Read and delete the scores: (time in seconds, score) of frames in order; [] if there are none."""
    path = folder / SCORES_NAME
    scores: list[tuple[float, float]] = []
    seconds = 0.0
    try:
        with path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if "pts_time:" in line:
                    seconds = _number(line.rpartition("pts_time:")[2])
                elif "=" in line:
                    scores.append((seconds, _number(line.rpartition("=")[2])))
    except OSError:
        return []
    finally:
        path.unlink(missing_ok=True)
    return scores


def shot_starts(scores: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Start times of shots, in seconds by presentation time stamp; the first is 0.

    scores: (time, score), ascending in time; low scores may be missing.

    >>> shot_starts([(0.04, 30.0), (4.0, 25.0), (4.04, 12.0), (6.0, 9.9), (8.0, 41.0)])
    (0.0, 4.0, 8.0)
    """
    starts: list[tuple[float, float]] = []
    for time, score in scores:
        if score < THRESHOLD or time < MIN_SHOT:
            continue
        if not starts or time - starts[-1][0] >= MIN_SHOT:
            starts.append((time, score))
        elif score > starts[-1][1]:
            starts[-1] = (time, score)
    return (0.0, *(round(time, 3) for time, _ in starts))


def _number(text: str) -> float:
    try:
        return float(text.split()[0])
    except (ValueError, IndexError):
        return 0.0
