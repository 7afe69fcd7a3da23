"""Exact shots: every frame is scored by how suddenly it differs from the one before; high scores start a shot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCORES_NAME = "scores.txt"
WIDTH = 320
"""Pixels of the picture that is scored: enough to tell shots apart, and costs next to nothing."""
LOWEST = 5.0
"""Lower scores are not even written down: a long film has millions of frames."""
THRESHOLD = 10.0
"""From this score on a frame starts a shot; 0 is the same picture, 100 black to white."""
SHORTEST = 0.5
"""Seconds: of starts closer than this the one with the highest score stays (flashes, dissolves)."""


def scored(stream: Any, size: tuple[int, int]) -> Any:
    """The branch of the graph that scores all frames of `stream` (pictures of `size`) into SCORES_NAME.

    It passes every frame through, since an output that gets none fails the whole command.
    """
    if size[0] > WIDTH:
        # Waking threads for so little takes longer than the scaling.
        stream = stream.filter("scale", *small(size), flags="neighbor", threads=1)
    printed = {"key": "lavfi.scd.score", "value": f"{LOWEST:g}", "function": "greater", "file": SCORES_NAME}
    stream = stream.filter("scdet", threshold=THRESHOLD).filter("metadata", mode="print", **printed)
    return stream.output("-", f="null", fps_mode="passthrough")


def small(size: tuple[int, int]) -> tuple[int, int]:
    """The size of the pictures that are scored, for pictures of `size`; even."""
    width, height = size
    return (WIDTH, max(2, round(height * WIDTH / width / 2) * 2)) if width > WIDTH else size


def read_scores(folder: Path) -> list[tuple[float, float]]:
    """(time in seconds, score) of the frames that were written down, in their order; [] without any."""
    path = folder / SCORES_NAME
    found: list[tuple[float, float]] = []
    seconds = 0.0
    try:
        with path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if "pts_time:" in line:
                    seconds = _number(line.rpartition("pts_time:")[2])
                elif "=" in line:
                    found.append((seconds, _number(line.rpartition("=")[2])))
    except OSError:
        return []
    finally:
        path.unlink(missing_ok=True)
    return found


def shot_starts(scores: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """When shots start, in seconds by presentation time stamp; the first starts at 0.

    scores: (time, score), rising in time; low ones may be missing.

    >>> shot_starts([(0.04, 30.0), (4.0, 25.0), (4.04, 12.0), (6.0, 9.9), (8.0, 41.0)])
    (0.0, 4.0, 8.0)
    """
    starts: list[tuple[float, float]] = []
    for time, score in scores:
        if score < THRESHOLD or time < SHORTEST:
            continue
        if not starts or time - starts[-1][0] >= SHORTEST:
            starts.append((time, score))
        elif score > starts[-1][1]:
            starts[-1] = (time, score)
    return (0.0, *(round(time, 3) for time, _ in starts))


def _number(text: str) -> float:
    try:
        return float(text.split()[0])
    except (ValueError, IndexError):
        return 0.0
