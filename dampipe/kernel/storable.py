"""Texts that any database stores: PostgreSQL takes no NUL, and UTF-8 has no half of a surrogate pair."""

import re
from typing import Any

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether any database stores a text.

    >>> [is_storable(text) for text in ("film \U0001f3ac", "a\\0", "a\\ud800")]
    [True, False, False]
    """
    return _UNSTORABLE.search(text) is None


def unstorable_in(given: Any) -> str | None:
    """The first text that is not storable among the keys and values of what JSON or TOML holds, at any depth; None:
    there is none."""
    waiting = [given]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if not is_storable(one):
                return one
        elif isinstance(one, dict):
            waiting += [*one.values(), *one]
        elif isinstance(one, (list, tuple)):
            waiting += one
    return None
