"""Whether the system can read a file, to tell a failing storage from a damaged file."""

import os

_CHUNK = 1 << 20
_READ_WHOLE = 64 << 20
"""Bytes up to which a file is read as a whole; of a larger one the beginning, the end and samples are read."""
_SAMPLES = 64


def is_readable(path: str) -> bool:
    """Return whether the bytes of `path` can be read. Reads at most about 130 MiB."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a named pipe does not block
        try:
            size = os.fstat(file).st_size
            for start, count in _spans(size):
                position = start
                while position < start + count and (data := os.pread(file, _CHUNK, position)):
                    position += len(data)
        finally:
            os.close(file)
    except OSError:
        return False
    return True


def _spans(size: int) -> list[tuple[int, int]]:
    """(start, count) in bytes of the parts to read."""
    if size <= _READ_WHOLE:
        return [(0, _READ_WHOLE)]
    quarter = _READ_WHOLE // 4
    samples = [(quarter + n * (size - 2 * quarter) // _SAMPLES, _CHUNK) for n in range(_SAMPLES)]
    return [(0, quarter), *samples, (size - quarter, quarter)]
