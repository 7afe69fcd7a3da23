"""The registry of filter fields: each is declared once, by the feature that owns the data it reads.

The options of the command line, the parameters of the HTTP API, the inputs of the page and the SQL of a search are all
derived from the fields. A field parses the texts that a person gives and turns them into a Restriction; every lookup
(of a source, a folder, a term) happens there, once for a query, so that nothing does I/O while SQL is built.

A feature names its fields in `Feature.filters`, as dotted names of sequences of FilterField.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement

from dampipe.kernel.access import SYSTEM, Actor
from dampipe.kernel.asset_set import ALL, NONE, AssetSet, Selection
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart, ErrorCode, InvalidInput
from dampipe.kernel.feature import registered
from dampipe.kernel.visibility import EVERYTHING, View

FILTER_UNKNOWN = ErrorCode("filter.unknown", "there is no filter {name!r}", "The filters are {names}.")
FILTER_NOT_MULTIPLE = ErrorCode(
    "filter.not_multiple", "the filter {name!r} takes one value, not {count}", "Give it once."
)
FILTER_CHOICE_INVALID = ErrorCode(
    "filter.choice_invalid", "{value!r} is not a valid {name}", "Give one of {choices}."
)
FILTER_NAME_INVALID = ErrorCode(
    "filter.name_invalid",
    "the filter field {name!r} cannot be declared: {reason}",
    "Rename it in the plug-in that declares it, or remove the plug-in.",
)

T = TypeVar("T")


@dataclass(frozen=True)
class Restriction:
    """What one field asks of an asset. Parts that are given all hold; no part needs another lookup."""

    where: ColumnElement[bool] | None = None
    """A condition on a row of the table `version`: of facts on the version, of metadata on its `asset_id`."""
    folders: frozenset[int] | None = None
    """Ids of folders. The folders of several fields are intersected, and the asset has a file in one of the rest."""
    assets: Selection = ALL
    """Numbers of assets."""
    versions: Selection = ALL
    """The numbers of the versions for which `where` holds and which are of `assets`, where they are known already: then
    no statement is needed to find them."""


@dataclass(frozen=True)
class FilterContext:
    """What a field may look things up in."""

    database: Database
    folders: frozenset[int] | None
    """The folders that the fields before this one, and rights, leave; None: all."""
    view: View = EVERYTHING
    """What the one who asks may see: what lies outside does not exist for a field."""
    actor: Actor = SYSTEM
    """Who asks: for what has rights of its own besides those on assets."""
    search: Callable[[Mapping[str, Sequence[str]]], AssetSet] = lambda _: NONE
    """Finds the numbers of the versions that pass other filters, for the same actor: for saved searches."""


@dataclass(frozen=True)
class FilterField(Generic[T]):
    """One thing by which a search can be narrowed."""

    name: str
    """An identifier, the same in every face: `--name` on the command line, a parameter of the API."""
    label: str
    """What the page calls its input."""
    help: str
    """One sentence, for `--help` and the OpenAPI document."""
    restrict: Callable[[FilterContext, Sequence[T]], Restriction]
    """Turns parsed values, one at least, into a restriction. May read the database; raises NotFound."""
    parse: Callable[[str], T]
    """Turns a text into a value. Raises InvalidInput."""
    multiple: bool = True
    """Whether it takes several values. Any of them counts, unless `help` says otherwise."""
    choices: tuple[str, ...] = ()
    """All valid texts; (): any that `parse` accepts."""
    metavar: str = ""
    """What stands for the value in `--help`."""
    example: str = ""
    """A valid text, shown in the page's empty input; with commas between several values."""
    in_queries: str = ""
    """The name by which a query over fields (the filter `where`) has it as well; it restricts by `assets` alone. Empty:
    queries do not have it."""
    is_ordered: bool = False
    """Whether such queries compare it by <, <=, > and >= instead: `parse` is given the sign and the value, ">30d"."""
    suggest: Callable[[FilterContext], Sequence[str]] | None = None
    """Lists the values that there are now in what the context's view shows, for the page to offer."""


class FilterRegistry(Mapping[str, FilterField[Any]]):
    """Fields by name, in the order of their features."""

    def __init__(self, fields: Iterable[FilterField[Any]] | None = None) -> None:
        """fields: by default those of all registered features. Raises CannotStart for two fields of one name."""
        if fields is None:
            fields = (field for declared in registered("filters") for field in declared)
        self._fields: dict[str, FilterField[Any]] = {}
        for field in fields:
            if field.name in self._fields:
                raise CannotStart(FILTER_NAME_INVALID, name=field.name, reason="another has that name")
            if not field.name.isidentifier():
                raise CannotStart(FILTER_NAME_INVALID, name=field.name, reason="it is not an identifier")
            self._fields[field.name] = field

    def parse(self, filters: Mapping[str, Sequence[str]]) -> dict[str, tuple[Any, ...]]:
        """The values of a query's filters by field, in the order of the fields. Raises InvalidInput."""
        for name in filters:
            if name not in self._fields:
                raise InvalidInput(FILTER_UNKNOWN, name=name, names=", ".join(self._fields))
        return {
            name: tuple(_value(field, text) for text in _checked(field, filters[name]))
            for name, field in self._fields.items()
            if filters.get(name)
        }

    def __getitem__(self, name: str) -> FilterField[Any]:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _checked(field: FilterField[Any], texts: Sequence[str]) -> Sequence[str]:
    if len(texts) > 1 and not field.multiple:
        raise InvalidInput(FILTER_NOT_MULTIPLE, name=field.name, count=len(texts))
    return texts


def _value(field: FilterField[Any], text: str) -> Any:
    if field.choices and text not in field.choices:
        raise InvalidInput(
            FILTER_CHOICE_INVALID, value=text, name=field.name, choices=", ".join(field.choices)
        )
    return field.parse(text)
