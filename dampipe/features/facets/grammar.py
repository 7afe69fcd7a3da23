"""The query language of `--where`: `iso<=800 and rating>=3 and (keywords:beach or not has:title)`.

    query      = any
    any        = all { "or" all }
    all        = negated { "and" negated }
    negated    = "not" negated | "(" any ")" | condition
    condition  = "has" ":" field
               | field ( "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" ) value
               | field [ "not" ] "in" "(" value { "," value } ")"
    value      = '"' text '"' | "'" text "'" | word [ unit ]

A word ends at a space, a comma, a bracket or a quote. In quotes, a backslash makes the next character stand for itself.
Key words are in any case, fields in lower case. No I/O, and no knowledge of fields: `evaluation.py` has it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from dampipe.features.facets.errors import WHERE_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import Operator

MAX_LENGTH = 8_000
"""Characters of a query."""
MAX_DEPTH = 40
"""Brackets and negations within each other."""
MAX_CONDITIONS = 200
"""Conditions and values of one query."""

OPERATORS = {
    "=": Operator.EQUAL,
    "!=": Operator.NOT_EQUAL,
    "<": Operator.LESS,
    "<=": Operator.AT_MOST,
    ">": Operator.MORE,
    ">=": Operator.AT_LEAST,
    ":": Operator.CONTAINS,
}
_SIGNS = {operator: sign for sign, operator in OPERATORS.items()}


@dataclass(frozen=True)
class Condition:
    """A field, how it is compared, and with what: any of the values; none where the field only has to have one."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()
    at: int = 0
    """Where it stands in the query, a number of characters; trees are equal wherever their conditions stand."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.field, self.operator, self.values

    def __str__(self) -> str:
        if self.operator is Operator.IS_SET:
            return f"has:{self.field}"
        if len(self.values) == 1:
            return f"{self.field}{_SIGNS[self.operator]}{quoted(self.values[0])}"
        word = "not in" if self.operator is Operator.NOT_EQUAL else "in"
        return f"{self.field} {word} ({', '.join(map(quoted, self.values))})"


@dataclass(frozen=True)
class Negation:
    """What does not hold."""

    part: "Query"

    def __str__(self) -> str:
        return f"not {_bracketed(self.part, (All, Any))}"


@dataclass(frozen=True)
class All:
    """Two or more parts, all of which hold."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " and ".join(_bracketed(part, (All, Any)) for part in self.parts)


@dataclass(frozen=True)
class Any:
    """Two or more parts, one of which holds."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " or ".join(_bracketed(part, (Any,)) for part in self.parts)


Query: TypeAlias = Condition | Negation | All | Any


def _bracketed(part: Query, kinds: tuple[type, ...]) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


_PLAIN = re.compile(r"[^\s(),\"'\\]+")


def quoted(value: str) -> str:
    r"""A value as a query holds it, in quotes where it needs them.

    >>> quoted("2024-06"), quoted("New York"), quoted('6" nail')
    ('2024-06', '"New York"', '"6\\" nail"')
    """
    if _PLAIN.fullmatch(value) and value[0] not in "=<>":
        return value
    inner = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def conditions(query: Query) -> Iterator[Condition]:
    """The conditions of a query, from left to right."""
    match query:
        case Condition():
            yield query
        case Negation(part):
            yield from conditions(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)


def parse_query(text: str) -> Query:
    """The tree of a query. Raises InvalidInput (WHERE_INVALID), which says where something is wrong.

    >>> print(parse_query("rating >= 3 AND (city in (Rome, 'New York') or not has:title)"))
    rating>=3 and (city in (Rome, "New York") or not has:title)
    """
    return _Parser(text).parse()


def invalid(text: str, at: int, problem: str) -> InvalidInput:
    """The error about a place in a query."""
    return InvalidInput(WHERE_INVALID, problem=problem, position=at + 1, shown=shown_at(text, at))


def shown_at(text: str, at: int) -> str:
    """The part of a query around a place, on one line.

    >>> shown_at("rating>= and x", 9)
    'rating>= ⟨here⟩and x'
    """
    start, end = max(0, at - 30), at + 30
    before = ("…" if start else "") + text[start:at]
    after = text[at:end] + ("…" if end < len(text) else "")
    return "".join(
        one if one.isprintable() else "�" if one > " " else " " for one in f"{before}⟨here⟩{after}"
    )


_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r"!=|<=|>=|=|<|>|:")
_NUMBER = re.compile(r"[+-]?[\d.][\d.:eE+-]*")
_UNIT = re.compile(r"[A-Za-zµ°%][A-Za-z0-9µ°%/]*")
_WORDS = ("and", "or", "not", "in")


class _Word(NamedTuple):
    text: str
    at: int

    @property
    def lower(self) -> str:
        return self.text.lower()


class _Parser:
    """Recursive descent; the text is read from the left, character by character, and never looked at again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._count = 0

    def parse(self) -> Query:
        if len(self._text) > MAX_LENGTH:
            raise self._error(f"it has more than {MAX_LENGTH:,} characters", MAX_LENGTH)
        for at, one in enumerate(self._text):
            if one == "\0" or "\ud800" <= one <= "\udfff":
                raise self._error("it holds a character that cannot be stored", at)
        self._skip()
        if self._at == len(self._text):
            raise self._error("it is empty")
        found = self._any(0)
        if self._at < len(self._text):
            raise self._error(
                "“and” or “or” is missing" if self._peek() != ")" else "there is no “(” for this “)”"
            )
        return found

    def _any(self, depth: int) -> Query:
        parts = [self._all(depth)]
        while self._take_word("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self, depth: int) -> Query:
        parts = [self._negated(depth)]
        while self._take_word("and"):
            parts.append(self._negated(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _negated(self, depth: int) -> Query:
        if depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} brackets or negations lie within each other")
        if self._take_word("not"):
            return Negation(self._negated(depth + 1))
        if self._peek() == "(":
            opened = self._at
            self._take("(")
            found = self._any(depth + 1)
            if not self._take(")"):
                missing = "“)” is missing" if self._at == len(self._text) else "“and”, “or” or “)” is missing"
                raise self._error(f"{missing} for the “(” at character {opened + 1}")
            return found
        return self._condition()

    def _condition(self) -> Query:
        name = self._word()
        if name is None:
            raise self._error("a field is missing")
        if name.lower in _WORDS:
            raise self._error(f"a field is missing before “{name.text}”", name.at)
        if name.lower == "has" and self._peek() == ":":
            self._take(":")
            key = self._word()
            if key is None:
                raise self._error("a field is missing after “has:”")
            self._counted(1)
            return Condition(key.text, Operator.IS_SET, (), name.at)
        before = self._at
        negative = self._take_word("not")
        if self._take_word("in"):
            operator = Operator.NOT_EQUAL if negative else Operator.EQUAL
            return Condition(name.text, operator, self._list(), name.at)
        if negative:
            raise self._error("“in” is missing after “not”")
        self._at = before
        found = _OPERATOR.match(self._text, self._at)
        if found is None:
            raise self._error(f"a comparison (=, !=, <, <=, >, >=, : or in) is missing after “{name.text}”")
        self._at = found.end()
        self._skip()
        return Condition(name.text, OPERATORS[found[0]], (self._value(),), name.at)

    def _list(self) -> tuple[str, ...]:
        if not self._take("("):
            raise self._error("“(” is missing after “in”")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        if not self._take(")"):
            raise self._error("“,” or “)” is missing")
        return tuple(values)

    def _value(self) -> str:
        self._counted(1)
        first = self._peek()
        if first in ("'", '"'):
            return self._quoted(first)
        found = _PLAIN.match(self._text, self._at)
        if found is None or found[0][0] in "=<>":
            raise self._error("a value is missing")
        self._at = found.end()
        if self._peek() in ("'", '"', "\\"):
            raise self._error("a value with quotes or backslashes has to stand in quotes")
        self._skip()
        return found[0] + self._unit() if _NUMBER.fullmatch(found[0]) else found[0]

    def _unit(self) -> str:
        """A unit that stands apart from its number."""
        found = _UNIT.match(self._text, self._at)
        if (
            found is None
            or found[0].lower() in _WORDS
            or self._follows(found.end()) not in ("", ")", ",", "a", "o")
        ):
            return ""
        self._at = found.end()
        self._skip()
        return f" {found[0]}"

    def _follows(self, at: int) -> str:
        """What stands after a place: "" for the end, "a" or "o" for “and” or “or”, else the character."""
        at = _match_end(_SPACE, self._text, at)
        if at == len(self._text):
            return ""
        found = _NAME.match(self._text, at)
        if found is not None and found[0].lower() in ("and", "or"):
            return found[0][0].lower()
        return self._text[at] if found is None else "name"

    def _quoted(self, quote: str) -> str:
        opened, found = self._at, []
        at = opened + 1
        while at < len(self._text) and self._text[at] != quote:
            if self._text[at] == "\\":
                at += 1
                if at == len(self._text):
                    break
            found.append(self._text[at])
            at += 1
        if at >= len(self._text):
            raise self._error("the quote is not closed", opened)
        self._at = at + 1
        self._skip()
        return "".join(found)

    # ---- characters

    def _skip(self) -> None:
        self._at = _match_end(_SPACE, self._text, self._at)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self._at += 1
        self._skip()
        return True

    def _word(self) -> _Word | None:
        found = _NAME.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        self._skip()
        return _Word(found[0], found.start())

    def _take_word(self, word: str) -> bool:
        found = _NAME.match(self._text, self._at)
        if found is None or found[0].lower() != word:
            return False
        self._at = found.end()
        self._skip()
        return True

    def _counted(self, more: int) -> None:
        self._count += more
        if self._count > MAX_CONDITIONS:
            raise self._error(f"it has more than {MAX_CONDITIONS} conditions and values")

    def _error(self, problem: str, at: int | None = None) -> InvalidInput:
        return invalid(self._text, self._at if at is None else at, problem)


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()
