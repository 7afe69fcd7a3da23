"""Unicode normal forms of names: é is one code point or two, and some file systems convert names."""

import unicodedata
from collections.abc import Collection, Iterable
from itertools import product

_MAX_NAMES = 6
"""Names of a path that are varied independently of each other: 64 spellings."""


def composed(name: str) -> str:
    """The name in normal form C. Lone surrogates, for bytes that are not valid UTF-8, are kept."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def spellings(name: str) -> list[str]:
    """The name as given, followed by its normal forms C and D."""
    return list(dict.fromkeys([name, composed(name), unicodedata.normalize("NFD", name)]))


def path_spellings(path: str) -> list[str]:
    """Other spellings of a path: each name in either form. For very deep paths, all names in the same form.

    >>> len(path_spellings("\xe9/plain/\xfc"))
    3
    """
    if path.isascii():
        return []
    parts = [sorted({composed(name), unicodedata.normalize("NFD", name)}) for name in path.split("/")]
    if sum(len(part) > 1 for part in parts) > _MAX_NAMES:
        return [other for other in spellings(path) if other != path]
    return [other for other in map("/".join, product(*parts)) if other != path]


def respelled(known: Collection[str], found: Collection[str]) -> dict[str, str]:
    """Map found names to known names that differ only in normal form: {found: known}.

    A found name that is known as it is, is not mapped. Names are not mapped if several have the same normal form.

    >>> respelled({"cafe\\u0301.mp4"}, ["caf\\xe9.mp4"]) == {"caf\\xe9.mp4": "cafe\\u0301.mp4"}
    True
    """
    if all(map(str.isascii, known)):
        return {}
    found = set(found)
    missing = _by_form(name for name in known if not name.isascii() and name not in found)
    if not missing:
        return {}
    new = _by_form(name for name in found if not name.isascii() and name not in known)
    return {
        names[0]: missing[form][0]
        for form, names in new.items()
        if len(names) == 1 and len(missing.get(form, ())) == 1
    }


def _by_form(names: Iterable[str]) -> dict[str, list[str]]:
    by_form: dict[str, list[str]] = {}
    for name in names:
        by_form.setdefault(composed(name), []).append(name)
    return by_form
