"""How Takeout names files: which JSON file may belong to which photograph or film. No I/O.

    IMG_1.jpg                   IMG_1.jpg.json, or since 2024 IMG_1.jpg.supplemental-metadata.json
    IMG_1(2).jpg                IMG_1.jpg(2).json, IMG_1.jpg.supplemental-metadata(2).json
    a name of 50 characters     what stands before .json is cut after 46 characters, wherever that is
    IMG_1-edited.jpg            no JSON file of its own
    IMG_1.MP4 of a live photo   no JSON file of its own; that of IMG_1.HEIC is meant

A **plain** name has no number: `IMG_1.jpg` with 2 stands for `IMG_1(2).jpg`.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

SUPPLEMENT = ".supplemental-metadata"
LIMIT = 46
"""Characters before `.json`, counted in UTF-16."""
LEAST = 42
"""A name that was cut has at least so many: the number is counted by some exports, and an emoji is never halved."""
LONGEST_STEM = 47
"""Characters of the stem of a photograph, as far as its name was cut."""
JSON = ".json"
_NUMBER = re.compile(r"(.*?)\((\d{1,5})\)", re.DOTALL)
_REPLACED = re.compile(r"[^\w.() \-]")
EDITED = tuple(
    unicodedata.normalize("NFC", one)
    for one in (
        *("-edited", "-bearbeitet", "-modifié", "-modifie", "-editado", "-editada", "-editat", "-modificato"),
        *("-modificata", "-bewerkt", "-edytowane", "-edytowany", "-redigerad", "-redigeret", "-redigert"),
        *("-muokattu", "-upraveno", "-upravené", "-szerkesztve", "-szerkesztett", "-düzenlendi", "-изменено"),
        *("-измененный", "-отредактировано", "-відредаговано", "-επεξεργασμένο", "-diedit", "-編集済み"),
        *("-已修改", "-已編輯", "-已编辑", "-수정됨", "-편집됨", "-đã chỉnh sửa", "-แก้ไข", "-rediģēts"),
    )
)
"""What Google adds to the stem of an edited copy, by the language of the account."""


class MediaName(NamedTuple):
    """The name of a photograph or film in its parts: `stem`(`number`)`suffix`."""

    stem: str
    number: int
    """0: none."""
    suffix: str
    """With its full stop."""

    @property
    def plain(self) -> str:
        """Without the number."""
        return self.stem + self.suffix


class JsonName(NamedTuple):
    """The name of a JSON file in its parts: `base`(`number`)`.json`."""

    base: str
    number: int


def normal(name: str) -> str:
    """A name in the form in which names are compared."""
    return unicodedata.normalize("NFC", name)


def media_name(name: str) -> MediaName:
    """The parts of a name.

    >>> media_name("IMG_1(2).HEIC"), media_name("IMG_1.jpg").number, media_name("PXL_2.MP").suffix
    (MediaName(stem='IMG_1', number=2, suffix='.HEIC'), 0, '.MP')
    """
    stem, dot, suffix = normal(name).rpartition(".")
    if not stem:
        stem, dot, suffix = normal(name), "", ""
    stem, number = _numbered(stem)
    return MediaName(stem, number, dot + suffix)


def json_name(name: str) -> JsonName:
    """The parts of the name of a JSON file.

    >>> json_name("IMG_1.jpg.supplemental-metadata(2).json")
    JsonName(base='IMG_1.jpg.supplemental-metadata', number=2)
    """
    return JsonName(*_numbered(normal(name)[: -len(JSON)]))


def _numbered(text: str) -> tuple[str, int]:
    found = _NUMBER.fullmatch(text)
    return (found[1], int(found[2])) if found and found[1] else (text, 0)


def units(text: str) -> int:
    """The length in UTF-16, as Google counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def bases(plain: str, number: int) -> Iterator[str]:
    """What a JSON file of a photograph may be called before its number and `.json`, the likeliest first.

    >>> list(bases("IMG_1.jpg", 0))[:2]
    ['IMG_1.jpg.supplemental-metadata', 'IMG_1.jpg']
    >>> next(bases("Screenshot_20241227_105539_Edge.jpg", 0))
    'Screenshot_20241227_105539_Edge.jpg.supplement'
    """
    full = plain + SUPPLEMENT
    expected = cut(full)
    yield expected
    if units(plain) <= LIMIT and expected != plain:
        yield plain
    marks = len(f"({number})") if number else 0
    for end in range(len(full), 0, -1):
        base = full[:end]
        if base in (expected, plain):
            continue
        if end < len(plain) and units(base) + marks < LEAST:
            return
        yield base
    if units(plain) > LIMIT and expected != plain:
        yield plain


def cut(text: str) -> str:
    """The first 46 characters, without half a character of two units."""
    end = min(len(text), LIMIT)
    while units(text[:end]) > LIMIT:
        end -= 1
    return text[:end]


def is_cut(base: str, plain: str) -> bool:
    """Whether a JSON file's base is so short that other photographs may have the same."""
    return len(base) < len(plain)


def media_of(base: str) -> str:
    """The plain name of which a base is that of the JSON file, as far as it is known.

    >>> media_of("IMG_1.HEIC.supplem"), media_of("IMG_1.HEIC"), media_of("IMG_1.HEIC.")
    ('IMG_1.HEIC', 'IMG_1.HEIC', 'IMG_1.HEIC')
    """
    head, dot, tail = base.rpartition(".")
    return head if dot and head and SUPPLEMENT.startswith(f".{tail}") else base


def unedited(stem: str) -> str | None:
    """The stem of the photograph of which an edited copy has this stem; None: it is none.

    >>> unedited("IMG_1-edited"), unedited("IMG_1-bearbeitet"), unedited("IMG_1")
    ('IMG_1', 'IMG_1', None)
    >>> unedited("Screenshot_2017-07-05-10-05-26-with-a-tail-edit")
    'Screenshot_2017-07-05-10-05-26-with-a-tail'
    """
    folded = stem.casefold()
    for mark in EDITED:
        if len(stem) > len(mark) and folded.endswith(mark):
            return stem[: -len(mark)]
    if units(stem) >= LIMIT - 1:  # what was added was cut as well
        head, dash, tail = stem.rpartition("-")
        if dash and head and any(mark.startswith(f"-{tail.casefold()}") for mark in EDITED):
            return head
    return None


def is_titled(name: MediaName, title: str) -> bool:
    """Whether a photograph's name can be made of the title in a JSON file: characters are replaced, and it is cut.

    >>> is_titled(media_name("What_ (1).jpg"), "What?.jpg"), is_titled(media_name("2009-01-05.jpg"), "2009-01-05")
    (False, True)
    >>> is_titled(media_name("What_(1).jpg"), "What?.jpg"), is_titled(media_name("b.jpg"), "a.jpg")
    (True, False)
    """
    wanted, own = media_name(title), name.stem
    if wanted.suffix.casefold() != name.suffix.casefold():
        if title.casefold().endswith(name.suffix.casefold()) and name.suffix:
            return False
        wanted = MediaName(title, 0, name.suffix)  # a title without a suffix
    forms = {_plain(wanted.stem), _plain(f"{wanted.stem}({wanted.number})" if wanted.number else wanted.stem)}
    if _plain(own) in forms:
        return True
    return units(own) >= LIMIT and any(form.startswith(_plain(own)) for form in forms)


def _plain(text: str) -> str:
    return _REPLACED.sub("_", normal(text).casefold())
