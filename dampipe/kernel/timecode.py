"""Times for display."""


def clock(seconds: float) -> str:
    """Format seconds as H:MM:SS.s, or as M:SS.s below an hour.

    >>> clock(75.25)
    '1:15.2'
    >>> clock(3675.0)
    '1:01:15.0'
    """
    tenths = int(max(0.0, seconds) * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{rest}" if hours else f"{minutes}:{rest}"
