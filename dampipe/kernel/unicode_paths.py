"""One name in two spellings: Unicode lets é be one character or two, and some file systems change it."""

import unicodedata
from collections.abc import Collection, Iterable
from itertools import product

_MOST_NAMES = 6
"""Names of a path that may each be in either form, independently: 64 spellings."""


def composed(name: str) -> str:
    """The name in normal form C; bytes that are no UTF-8 (lone surrogates) stay as they are."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def spellings(name: str) -> list[str]:
    """The name as given, then in its normal forms."""
    return list(dict.fromkeys([name, composed(name), unicodedata.normalize("NFD", name)]))


def path_spellings(path: str) -> list[str]:
    """Other spellings of a path, each of its names in either form; of very long paths only all in one form.

    >>> len(path_spellings("\xe9/plain/\xfc"))
    3
    """
    if path.isascii():
        return []
    parts = [sorted({composed(name), unicodedata.normalize("NFD", name)}) for name in path.split("/")]
    if sum(len(part) > 1 for part in parts) > _MOST_NAMES:
        return [other for other in spellings(path) if other != path]
    return [other for other in map("/".join, product(*parts)) if other != path]


def respelled(known: Collection[str], found: Collection[str]) -> dict[str, str]:
    """Found names that are known ones in another spelling: {found: known}.

    A name that was found as it is known is never taken for another one, and nothing is guessed where two
    names have the same normal form.

    >>> respelled({"cafe\\u0301.mp4"}, ["caf\\xe9.mp4"]) == {"caf\\xe9.mp4": "cafe\\u0301.mp4"}
    True
    """
    if all(map(str.isascii, known)):
        return {}
    there = set(found)
    lost = _by_form(name for name in known if not name.isascii() and name not in there)
    if not lost:
        return {}
    fresh = _by_form(name for name in there if not name.isascii() and name not in known)
    return {
        names[0]: lost[form][0]
        for form, names in fresh.items()
        if len(names) == 1 and len(lost.get(form, ())) == 1
    }


def _by_form(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(composed(name), []).append(name)
    return found
