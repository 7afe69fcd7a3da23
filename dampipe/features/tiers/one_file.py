"""Whether two places are one file."""

import os

from dampipe.kernel.paths import is_url


def is_one_file(one: str, other: str) -> bool:
    """Whether two paths are the same file: one folder that is mounted twice, or a hard link."""
    if is_url(one) or is_url(other):
        return False
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
