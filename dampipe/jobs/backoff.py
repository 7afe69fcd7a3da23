"""Retry back-off: how long a run waits after an attempt that failed."""

BACKOFF_FIRST = 30.0
BACKOFF_LONGEST = 3600.0


def backoff(attempts: int) -> float:
    """Seconds to wait after the n-th failed attempt: 30 s, doubled each time, an hour at most.

    >>> [backoff(n) for n in (1, 2, 3, 20)]
    [30.0, 60.0, 120.0, 3600.0]
    """
    return min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** (attempts - 1))
