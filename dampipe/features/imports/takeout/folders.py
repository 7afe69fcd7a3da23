"""The folders of an export: which are one folder in several parts, which are years or albums. No I/O."""

import re
from collections import defaultdict
from collections.abc import Iterable

_TAKEOUT = re.compile(r"takeout( \d+| ?\(\d+\)|-[0-9tz-]+)?", re.IGNORECASE)
_YEAR = re.compile(r"(.*?)((?:18|19|20)\d\d)(.*)", re.DOTALL)
_OF_YEARS = frozenset(
    {
        "photos from ", "fotos von ", "fotos aus ", "photos de ", "fotos de ", "fotos del ", "foto del ", "foto dal ",
        "foto's uit ", "foto's van ", "zdjęcia z ", "zdjęcia z roku ", "foton från ", "billeder fra ", "bilder fra ",
        "bilder från ", "kuvat vuodelta ", "fotky z roku ", "fotografie z roku ", "fotografii din ", "фото за ",
        "фотографии за ", "фото за год ", "fotoğraflar ", "φωτογραφίες από το ", "foto dari ", "fotos d'", "",
    }
)  # fmt: skip
"""What stands before the year in the names of folders of years, by language."""
_NO_ALBUMS = frozenset(
    {
        "archive", "archiv", "archivo", "archivio", "archief", "arquivo", "archives", "archiwum", "arkiv", "arkisto",
        "архив", "アーカイブ", "보관함", "trash", "bin", "papierkorb", "corbeille", "papelera", "cestino", "lixeira",
        "lixo",
        "prullenbak", "kosz", "papperskorg", "papirkurv", "roskakori", "корзина", "ゴミ箱", "휴지통",
        "locked folder", "gesperrter ordner", "dossier verrouillé", "carpeta privada", "failed videos",
    }
)  # fmt: skip
"""Folders that hold what a person has archived or deleted."""


def folder_of(path: str) -> str:
    """The folder of a file, the same in all parts: what lies below the folder `Takeout`, if there is one.

    >>> folder_of("Takeout/Google Photos/Rome/IMG_1.jpg"), folder_of("takeout-2/Takeout 3/Google Fotos/Rom/a.jpg")
    ('Google Photos/Rome', 'Google Fotos/Rom')
    >>> folder_of("Rome/IMG_1.jpg"), folder_of("IMG_1.jpg")
    ('Rome', '')
    """
    *folders, _ = path.split("/")
    for number in range(len(folders) - 1, -1, -1):
        if _TAKEOUT.fullmatch(folders[number]):
            return "/".join(folders[number + 1 :])
    return "/".join(folders)


def years(folders: Iterable[str]) -> set[str]:
    """Those folders that Google makes of each year, in any language.

    A folder is one if what stands before the year is known, or if several folders differ in the year only.

    >>> sorted(years(["G/Fotos aus 2019", "G/Rome 2019", "G/Ljósmyndir frá 2018", "G/Ljósmyndir frá 2019"]))
    ['G/Fotos aus 2019', 'G/Ljósmyndir frá 2018', 'G/Ljósmyndir frá 2019']
    """
    found: set[str] = set()
    alike: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for folder in folders:
        above, _, name = folder.rpartition("/")
        year = _YEAR.fullmatch(name)
        if year is None:
            continue
        alike[above, year[1], year[3]].add(folder)
        if year[1].casefold() in _OF_YEARS and not year[3].strip(" ."):
            found.add(folder)
    return found.union(*(some for some in alike.values() if len(some) > 1))


def may_be_album(folder: str) -> bool:
    """Whether a folder without a file that describes an album may be one.

    >>> may_be_album("Google Photos/Rome"), may_be_album("Google Fotos/Papierkorb"), may_be_album("Google Photos")
    (True, False, False)
    """
    above, _, name = folder.rpartition("/")
    return bool(above) and name.casefold() not in _NO_ALBUMS
