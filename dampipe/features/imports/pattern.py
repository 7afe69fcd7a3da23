"""Naming patterns: where an import puts a file below its destination, such as `{shot_on:%Y/%m}/{camera}/{name}`.

    {field}             the value of a field
    {date:%Y-%m-%d}     a date; %Y %y %m %d %H %M %S %j, and other characters, "/" among them
    {field|otherwise}   a text for a file that has no such value; without one it is `unknown`
    {{ }}               braces

Nothing else is evaluated. What a file says of itself (its camera, its dates) can name a folder and never lead out of
one: separators and characters that file systems refuse are replaced, and a path is never absolute and has no "..".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dampipe.features.imports.errors import PATTERN_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable

Value = str | datetime
DATES = ("shot_on", "imported_on")
PATHS = ("folder",)
"""Fields whose values may have several segments."""
AS_NAMED = ("name", "stem", "suffix", "folder")
"""Fields that repeat names of the origin as they are: its file system could hold them."""
MISSING = "unknown"
DATE_FORMAT = "%Y-%m-%d"
LONGEST = 1000
"""Characters of a pattern."""
_LONGEST_VALUE = 80
_DIRECTIVE = re.compile(r"%(.?)")
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_FIELD = re.compile(r"([a-z_]+)(?::([^|]*))?(?:\|(.*))?", re.DOTALL)
_REFUSED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


@dataclass(frozen=True)
class _Field:
    name: str
    date_format: str
    otherwise: str


class Pattern:
    """A parsed pattern. Two of the same text are equal in what they do."""

    def __init__(self, text: str, fields: tuple[str, ...], *, names_files: bool) -> None:
        """fields: those that it may have. names_files: whether it names files, and not a folder.

        Raises InvalidInput.
        """
        self.text = text
        self._known = fields
        if len(text) > LONGEST:
            raise self._invalid(f"it is longer than {LONGEST} characters")
        if _REFUSED.search(text.replace("/", "").replace(":", "").replace("|", "")):
            raise self._invalid("it has a character that file systems refuse")
        self._parts = list(self._parse(text))
        self._check_shape(names_files)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that occur."""
        return frozenset(part.name for part in self._parts if isinstance(part, _Field))

    def path(self, values: Mapping[str, Value]) -> str:
        """The path below the destination, with "/" between its segments. values: those of the fields that it has."""
        text = "".join(part if isinstance(part, str) else _rendered(part, values) for part in self._parts)
        segments = [segment for segment in text.split("/") if segment]
        return "/".join("_" if segment in (".", "..") else segment for segment in segments) or MISSING

    def _parse(self, text: str) -> Iterator[str | _Field]:
        for token in _TOKEN.finditer(text):
            word = token[0]
            if word in ("{{", "}}"):
                yield word[0]
            elif word in ("{", "}"):
                raise self._invalid("a brace is not closed, or was not opened; {{ and }} stand for braces")
            elif word.startswith("{"):
                yield self._field(token[1])
            else:
                yield word

    def _field(self, text: str) -> _Field:
        found = _FIELD.fullmatch(text)
        if found is None or found[1] not in self._known:
            raise self._invalid(f"there is no field {text.partition('|')[0].partition(':')[0]!r}")
        name, form, otherwise = found[1], found[2], found[3]
        if form is not None and name not in DATES:
            raise self._invalid(f"{name} is not a date, and takes no format")
        if form is not None and (not form or any(one not in "YymdHMSj" for one in _DIRECTIVE.findall(form))):
            raise self._invalid("a date is written with %Y %y %m %d %H %M %S and %j")
        if form is not None and "" in _DIRECTIVE.findall(form):
            raise self._invalid("a date does not end with %")
        if otherwise is not None and (not otherwise or _REFUSED.search(otherwise)):
            raise self._invalid("what stands for a missing value is a part of a name")
        return _Field(name, form or DATE_FORMAT, otherwise or MISSING)

    def _check_shape(self, names_files: bool) -> None:
        literal = "".join(part if isinstance(part, str) else _shape(part) for part in self._parts)
        segments = literal.split("/")
        if literal.startswith("/") or any(segment in ("", ".", "..") for segment in segments):
            raise self._invalid("it is a relative path without empty segments, . and ..")
        if any(segment != segment.strip() or segment.endswith(".") for segment in segments):
            raise self._invalid("a segment begins or ends with a space, or ends with a full stop")
        if any(":" in part or "|" in part for part in self._parts if isinstance(part, str)):
            raise self._invalid("it has a character that file systems refuse")
        last = segments[-1]
        if names_files and _NAME not in last and not (_STEM in last and last.endswith(_SUFFIX)):
            raise self._invalid("the last segment needs {name}, or {stem} and ends with .{suffix}")

    def _invalid(self, problem: str) -> InvalidInput:
        fields = ", ".join(self._known)
        return InvalidInput(
            PATTERN_INVALID, pattern=printable(self.text[:200]), problem=problem, fields=fields
        )


_NAME, _STEM, _SUFFIX = "\x01name\x01", "\x01stem\x01", ".\x01suffix\x01"


def _shape(field: _Field) -> str:
    """A field in the text by which the shape of a pattern is checked: a date has the slashes of its format."""
    return field.date_format if field.name in DATES else f"\x01{field.name}\x01"


def _rendered(field: _Field, values: Mapping[str, Value]) -> str:
    value = values.get(field.name, "")
    if isinstance(value, date):
        written = value.strftime(field.date_format.replace("%Y", f"{value.year:04d}"))
        return "/".join(safe(part) or MISSING for part in written.split("/"))
    if field.name in AS_NAMED:
        return value if value or field.name in PATHS else field.otherwise
    return safe(value) or field.otherwise


def safe(value: str) -> str:
    """A text as a part of a name that every file system holds; empty if nothing is left of it.

    >>> safe("../../etc"), safe(" Canon EOS R5 "), safe("a:b/c"), safe("..")
    ('_.._etc', 'Canon EOS R5', 'a_b_c', '')
    """
    return _REFUSED.sub("_", printable(value)).strip(" .")[:_LONGEST_VALUE].strip(" .")


def numbered(path: str, number: int) -> str:
    """The path with a number before the suffix of its name; 1: as it is.

    >>> numbered("day/C0001.MP4", 2), numbered("day.1/.hidden", 3), numbered("day.1/CARD", 2), numbered("x", 1)
    ('day/C0001-2.MP4', 'day.1/.hidden-3', 'day.1/CARD-2', 'x')
    """
    if number == 1:
        return path
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    return f"{folder}{slash}{stem}-{number}{dot}{suffix}"
