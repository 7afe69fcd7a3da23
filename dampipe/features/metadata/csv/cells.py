"""Cells: how the values of a field stand in one cell of a CSV file, and how they are read from it. No I/O.

Spreadsheets change what they open: a text such as 007 becomes 7, 2024-05-17 the date of the country, =1+1 the result of
a formula. Such a cell is written with an apostrophe before it, which spreadsheets keep, and which is taken away again
when the cell is read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from dampipe.features.metadata.errors import CSV_QUOTES
from dampipe.features.metadata.values import Content, Given, plain, plain_number
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import FieldType, MetadataField

ASSET_COLUMN = "asset.sha1"
PATH_COLUMN = "asset.path"
VERSION_COLUMN = "asset.version"
OWN_COLUMNS = (ASSET_COLUMN, PATH_COLUMN, VERSION_COLUMN)
"""Columns that are no fields: no key of a field has a dot."""
SEPARATOR = "|"
"""Between the values of a field with several."""
QUOTE = '"'
APOSTROPHE = "'"
CLEAR = "<clear>"
"""The cell that says that there is no value;"""
UNSET = "<unset>"
"""and the one that takes back what was said. An empty cell changes nothing."""


class Delimiter(StrEnum):
    """What stands between the cells of a row."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    """As spreadsheets of countries with a decimal comma write it: numbers have one, too."""
    TAB = "tab"

    @property
    def character(self) -> str:
        """The delimiter itself."""
        return {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}[self]


# ---- what spreadsheets change

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CANONICAL = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
"""Numbers that a spreadsheet writes as it read them."""
_NUMERIC = re.compile(
    r"(?=.*[0-9])[0-9.,:/\\ eE%$€£¥()\-+'\u00a0\u202f]+([ \u00a0\u202f]?[apAP]\.?[mM]?\.?)?",
    re.ASCII | re.DOTALL,
)
_MONTHS = (
    "jan|feb|fév|fev|mar|mär|mrz|apr|avr|abr|may|mai|maj|mei|jun|jui|juin|jul|aug|ago|aoû|aou|sep|set|oct|okt|ott|nov"
    "|dec|dez|déc|dic|ene|gen|mag|giu|lug|out"
)
_FIRST = tuple(_MONTHS.split("|"))
_DAY = re.compile(
    rf"(?=.*[0-9])([0-9]{{1,4}}[-/. ]{{0,2}})?({_MONTHS})[^\W\d_]*\.?([-/., ]{{0,2}}[0-9]{{1,4}})*",
    re.IGNORECASE,
)
_WORDS = frozenset(
    ("true", "false", "wahr", "falsch", "vrai", "faux", "verdadero", "falso", "vero", "waar", "onwaar")
)
"""What spreadsheets of some languages take for yes and no."""
_LONGEST = 100
"""Characters of what a spreadsheet takes for a number or a date, at most."""


def is_changed_by_spreadsheets(cell: str) -> bool:
    """Whether a spreadsheet would evaluate or change a cell, or an import take it for an order.

    >>> [is_changed_by_spreadsheets(cell) for cell in ("=1+1", "007", "2024-05-17", "1E5", "12", "beach", "<clear>")]
    [True, True, True, True, False, False, True]
    """
    if not cell:
        return False
    text = cell.strip()
    if cell[0].isalpha() and cell[0] not in _FORMULA:  # as most cells
        lower = text[:_LONGEST].lower()
        return lower in _WORDS or (lower.startswith(_FIRST) and bool(_DAY.fullmatch(text)))
    if text.startswith(_FORMULA) or ord(cell[0]) < 32:
        return True
    if len(text) > _LONGEST:
        return text.isdigit()
    if _CANONICAL.fullmatch(cell):
        return False
    lower = text.lower()
    if lower in (CLEAR, UNSET) or lower in _WORDS:
        return True
    return bool(_NUMERIC.fullmatch(text) or _DAY.fullmatch(text))


def defused(cell: str) -> str:
    """A cell that spreadsheets leave as it is; `restored` undoes it.

    >>> defused("=1+1"), defused("'=1+1"), defused("'tis"), defused("beach")
    ("'=1+1", "''=1+1", "'tis", 'beach')
    """
    bare = cell.lstrip(APOSTROPHE) if cell.startswith(APOSTROPHE) else cell
    return APOSTROPHE + cell if is_changed_by_spreadsheets(bare) else cell


def restored(cell: str) -> str:
    """What `defused` was given. Other cells, which people typed, stay as they are.

    >>> restored("'=1+1"), restored("''=1+1"), restored("'tis"), restored("=1+1")
    ('=1+1', "'=1+1", "'tis", '=1+1')
    """
    is_defused = cell.startswith(APOSTROPHE) and is_changed_by_spreadsheets(cell.lstrip(APOSTROPHE))
    return cell[1:] if is_defused else cell


# ---- several values


def joined(values: Iterable[str]) -> str:
    """Several values in one cell.

    >>> joined(["beach", "a|b", '"so-called"', '5" lens'])
    'beach|"a|b"|\"""so-called\"""|5" lens'
    """
    return SEPARATOR.join(
        QUOTE + value.replace(QUOTE, QUOTE * 2) + QUOTE
        if SEPARATOR in value or value.startswith(QUOTE)
        else value
        for value in values
    )


_VALUE = re.compile(r'\s*+(?:"((?:[^"]|"")*+)"|([^|"\s][^|]*+)|)\s*+(?:\||\Z)', re.DOTALL)


def split(cell: str) -> list[str]:
    """The values of a cell; empty ones are left out. Raises InvalidInput (CSV_QUOTES).

    >>> split('beach | "a|b"| |5" lens')
    ['beach', 'a|b', '5" lens']
    """
    found, at = [], 0
    while at < len(cell):
        one = _VALUE.match(cell, at)
        if one is None:
            raise InvalidInput(CSV_QUOTES, value=cell[at : at + 100])
        value = one[1].replace(QUOTE * 2, QUOTE) if one[1] is not None else (one[2] or "").strip()
        found += [value] if value.strip() else []
        at = one.end()
    return found


# ---- values of fields

_IS_NUMBER = frozenset({FieldType.NUMBER, FieldType.RATING})
_COMMA = re.compile(r"([+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?)", re.ASCII)


def text_of(given: MetadataField, value: Given, delimiter: Delimiter) -> str:
    """One value as it stands in a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and given.is_fact:  # measured: further digits say nothing
        value = plain_number(round(value, 3))
    if isinstance(value, float) and delimiter is Delimiter.SEMICOLON:
        return repr(value).replace(".", ",")
    return str(value)


def cell_of(
    given: MetadataField,
    contents: Iterable[Content],
    names: Mapping[int, str],
    delimiter: Delimiter = Delimiter.COMMA,
) -> str:
    """The cell of what a field holds. names: of terms or assets by number; what has none is left out."""
    values = (plain(given, one, names) for one in contents)
    return cell_of_values(given, [value for value in values if value is not None], delimiter)


def cell_of_values(given: MetadataField, values: Sequence[Given], delimiter: Delimiter) -> str:
    """The same for values as JSON gives them."""
    texts = [text_of(given, value, delimiter) for value in values]
    if given.multiple:
        return defused(joined(texts))
    if given.type in _IS_NUMBER:
        return "".join(texts)
    return defused("".join(texts))


def values_in(given: MetadataField, cell: str, delimiter: Delimiter) -> list[str]:
    """The values that a cell means for a field, as texts. Raises InvalidInput (CSV_QUOTES)."""
    text = restored(cell.replace("\r\n", "\n").replace("\r", "\n"))
    texts = split(text) if given.multiple else [text.strip()]
    if given.type in _IS_NUMBER and delimiter is Delimiter.SEMICOLON:
        return [f"{found[1]}.{found[2]}" if (found := _COMMA.fullmatch(one)) else one for one in texts]
    return texts
