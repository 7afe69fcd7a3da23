"""Which names a blob may have: what is safe on every file system and in every bucket."""

import re

_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*")
"""No segment begins with a dot: those names are kept for temporary files, and `..` leads elsewhere."""
_LONGEST = 255


def checked(key: str) -> str:
    """The name itself. Raises `ValueError` if it is outside the rule."""
    if not is_name(key):
        raise ValueError(f"{key!r} is no name for a blob")
    return key


def is_name(text: str) -> bool:
    """Whether this may be a blob's name."""
    return bool(_NAME.fullmatch(text)) and max(map(len, text.split("/"))) <= _LONGEST
