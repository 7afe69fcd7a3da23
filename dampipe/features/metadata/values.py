"""Values: what a field holds, how it is read from what people write, and how it is shown. No I/O."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from dampipe.features.metadata.errors import TERM_UNKNOWN, VALUE_INVALID
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.paths import printable
from dampipe.kernel.ranges import parse_date
from dampipe.kernel.wall_clock import utc_offset, wall_clock

Given: TypeAlias = str | int | float | bool
"""A value as JSON or a person gives it."""

MAX_TEXT = 2_000
"""Characters of one line, unless the field says less;"""
MAX_LONG_TEXT = 100_000
"""of a long text."""
EXACT = 2**53
"""Whole numbers up to this one are exact."""
SHORT = 200
"""Characters of a folded text up to which an index holds it."""


class Content(NamedTuple):
    """What one value holds, in the columns of the table `value`."""

    text: str | None = None
    number: float | None = None
    term_id: int | None = None
    linked_id: int | None = None
    zone: int | None = None
    """Of a date with a time zone: minutes ahead of UTC."""


def fold(text: str) -> str:
    """The form in which texts are compared: without regard to upper and lower case and to the form of Unicode.

    >>> fold("STRASSE") == fold("Straße")
    True
    """
    return unicodedata.normalize("NFC", text).casefold()


def parse_value(field: MetadataField, given: Given, ids: Mapping[str, int] | None = None) -> Content:
    """What a field holds after it was given that value.

    ids: of a field of terms or assets, the numbers of those that its texts name. Raises InvalidInput
    (VALUE_INVALID), and NotFound (TERM_UNKNOWN) for a text that `ids` lacks.
    """
    match field.type:
        case FieldType.NUMBER | FieldType.RATING:
            return Content(number=_number(field, given))
        case FieldType.BOOLEAN:
            return Content(number=_boolean(field, given))
        case FieldType.DATE:
            return _date(field, given)
        case FieldType.TERM | FieldType.ASSET:
            text = str(given).strip()
            if ids is None or text not in ids:
                raise NotFound(
                    TERM_UNKNOWN, vocabulary=field.vocabulary, key=field.key, value=printable(text), meant=""
                )
            is_term = field.type is FieldType.TERM
            return Content(term_id=ids[text]) if is_term else Content(linked_id=ids[text])
        case FieldType.URL:
            return Content(text=_url(field, _text(field, given)))
        case _:
            return Content(text=_text(field, given))


def plain_number(number: float) -> int | float:
    """A number as JSON shows it: whole ones without a fraction.

    >>> plain_number(4.0), plain_number(0.5)
    (4, 0.5)
    """
    return int(number) if float(number).is_integer() and abs(number) <= EXACT else number


def plain(field: MetadataField, content: Content, names: Mapping[int, str] | None = None) -> Given | None:
    """The value as JSON gives it; None if it cannot be shown. names: of terms or assets, by number."""
    names = names or {}
    if content.term_id is not None:
        return names.get(content.term_id)
    if content.linked_id is not None:
        return names.get(content.linked_id)
    if content.text is not None:
        return content.text
    if content.number is None:
        return None
    return bool(content.number) if field.type is FieldType.BOOLEAN else plain_number(content.number)


def fits(field: MetadataField, content: Content) -> bool:
    """Whether a value is one of the field as it is declared now; of a term or an asset only that it is one."""
    if content == Content():
        return True  # of an entry that says that there is no value
    if field.type is FieldType.TERM:
        return content.term_id is not None
    if field.type is FieldType.ASSET:
        return content.linked_id is not None
    value = plain(field, content)
    try:
        return value is not None and parse_value(field, value) == content
    except InvalidInput:
        return False


def wording(field: MetadataField, value: Given | None) -> str:
    """A value as a person reads it: with its unit, `yes` or `no`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, float) and field.is_fact:  # measured: further digits say nothing
        value = plain_number(round(value, 3))
    return f"{value} {field.unit}" if field.unit else str(value)


def fact_date(number: float, zone: int | None) -> str:
    """A fact's date in ISO 8601, with its zone if it is known.

    >>> fact_date(43200.5, 120), fact_date(0.0, None)
    ('1970-01-01T12:00:00.500000+02:00', '1970-01-01T00:00:00')
    """
    from datetime import timedelta, timezone

    time = datetime(1970, 1, 1) + timedelta(seconds=number)
    return (time if zone is None else time.replace(tzinfo=timezone(timedelta(minutes=zone)))).isoformat()


def _invalid(field: MetadataField, value: object, reason: str, expected: str) -> InvalidInput:
    shown = value
    if isinstance(value, str):
        shown = printable(value if len(value) <= 100 else f"{value[:100]}…")
    return InvalidInput(
        VALUE_INVALID, value=shown, label=field.label, reason=reason, expected=expected, key=field.key
    )


def _number(field: MetadataField, given: Given) -> float:
    expected = "a whole number" if field.type is FieldType.RATING else "a number"
    least, most = field.limits
    if least is not None and most is not None:
        expected += f" from {plain_number(least)} to {plain_number(most)}"
    elif least is not None or most is not None:
        limit = (
            f"{plain_number(least)} or more" if least is not None else f"{plain_number(most or 0.0)} or less"
        )
        expected += f", {limit}"
    if field.unit:
        expected += f", in {field.unit}"
    number = None
    if isinstance(given, str):
        text = given.strip()
        if field.unit and text.endswith(field.unit):
            text = text.removesuffix(field.unit).rstrip()
        if re.fullmatch(r"[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][+-]?\d{1,3})?", text, re.ASCII):
            number = float(text)
    elif not isinstance(given, bool):
        number = float(given) if abs(given) <= EXACT or isinstance(given, float) else math.inf
    if number is None:
        raise _invalid(field, given, "it is not a number", expected)
    if not math.isfinite(number) or (number.is_integer() and abs(number) > EXACT):
        raise _invalid(field, given, "it is too large", expected)
    if field.type is FieldType.RATING and not number.is_integer():
        raise _invalid(field, given, "it is not a whole number", expected)
    if least is not None and number < least:
        raise _invalid(field, given, "it is too small", expected)
    if most is not None and number > most:
        raise _invalid(field, given, "it is too large", expected)
    return number


def _boolean(field: MetadataField, given: Given) -> float:
    words = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}
    found = words.get(str(given).strip().lower())
    if found is None:
        raise _invalid(field, given, "it is neither yes nor no", "yes or no")
    return found


_DATE = re.compile(
    r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?", re.ASCII
)


def _date(field: MetadataField, given: Given) -> Content:
    """The text stays as precise as it was given; the number is its first moment by its own clock."""
    expected = "2024, 2024-05, 2024-05-17, 2024-05-17T10:30 or 2024-05-17T10:30:00+02:00"
    text = str(given).strip()
    if not _DATE.fullmatch(text):
        raise _invalid(field, given, "it is not a date", expected)
    text = text.replace(" ", "T")
    try:
        first, _ = parse_date(text)
    except InvalidInput as error:
        raise _invalid(field, given, "there is no such date", expected) from error
    return Content(text=text, number=wall_clock(first), zone=utc_offset(first))


def _text(field: MetadataField, given: Given) -> str:
    is_long, limits = field.type is FieldType.LONG_TEXT, field.constraints
    most = min(limits.max_length or MAX_LONG_TEXT, MAX_LONG_TEXT if is_long else MAX_TEXT)
    expected = f"up to {most:,} printable characters"
    text = str(given) if not isinstance(given, bool) else str(given).lower()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not text:
        raise _invalid(field, given, "it is empty", expected)
    if any(unicodedata.category(one) in ("Cc", "Cs") and not (is_long and one in "\n\t") for one in text):
        reason = "it holds a character that cannot be printed" if is_long else "it is not one line of text"
        raise _invalid(field, ascii(text), reason, expected)
    if len(text) > most:
        raise _invalid(field, text, f"it has {len(text):,} characters", expected)
    if limits.choices:
        known = {fold(choice): choice for choice in limits.choices}
        if fold(text) not in known:
            raise _invalid(
                field, given, "it is not one of the choices", f"one of {', '.join(limits.choices)}"
            )
        return known[fold(text)]
    if limits.pattern is not None and not re.fullmatch(limits.pattern, text):
        raise _invalid(field, given, "it does not match the pattern", f"a text that matches {limits.pattern}")
    return text


def _url(field: MetadataField, text: str) -> str:
    expected = "an address that begins with http:// or https://"
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise _invalid(field, text, "it is not an address of a page", expected)
    return text


def content_of(row: Any) -> Content:
    """From a row of the table `value`."""
    return Content(row.text, row.number, row.term_id, row.linked_id, row.zone)
