"""Valid names of blobs: safe on every file system and in every bucket."""

import re

_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*")
"""No segment begins with a dot: such names are reserved for temporary files, and `..` would leave the root."""
_MAX_SEGMENT = 255
"""Characters; the limit of common file systems."""


def checked_name(key: str) -> str:
    """The name, if it is valid. Raises `ValueError` otherwise."""
    if not is_name(key):
        raise ValueError(f"{key!r} is not a valid name of a blob")
    return key


def is_name(text: str) -> bool:
    """Whether this is a valid name of a blob."""
    return bool(_NAME.fullmatch(text)) and max(map(len, text.split("/"))) <= _MAX_SEGMENT
