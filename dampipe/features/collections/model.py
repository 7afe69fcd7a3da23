"""Collections as values, and the rules for them. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from dampipe.features.assets.selected import Selected
from dampipe.features.collections.errors import NAME_INVALID, PLACE_INVALID
from dampipe.kernel.access import Role
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.sorting import SORT

MAX_NAME = 200
"""Characters."""
MAX_DESCRIPTION = 10_000
MOST_DEEP = 30
"""Collections within each other."""
MOST_CHOSEN = 200_000
"""Items that one request adds or removes."""
MOST_EXPORTED = 10_000
"""Items of a timeline."""
PAGE = 100
MAX_PAGE = 1000


class Right(IntEnum):
    """What one may do with a collection; ordered, each includes those before it."""

    VIEW = 1
    COMMENT = 2
    EDIT = 3
    MANAGE = 4

    def __str__(self) -> str:
        return self.name.lower()


RIGHTS = tuple(str(one) for one in Right)
BY_ROLE = {
    Role.VIEWER: Right.VIEW,
    Role.COMMENTER: Right.COMMENT,
    Role.EDITOR: Right.EDIT,
    Role.MANAGER: Right.MANAGE,
    Role.ADMIN: Right.MANAGE,
}
"""The right that a role has on collections which are open to all."""


def _right(value: object) -> Right:
    if isinstance(value, str) and value.lower() in RIGHTS:
        return Right[value.upper()]
    if isinstance(value, Right):
        return value
    raise ValueError(f"not a right: {', '.join(RIGHTS)}")


RightName = Annotated[
    Right,
    BeforeValidator(_right, json_schema_input_type=str),
    PlainSerializer(str, return_type=str),
]
"""A right, by its name in JSON."""


def valid_name(name: str) -> str:
    """The name without space around it. Raises InvalidInput."""
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or "/" in name or not name.isprintable():
        raise InvalidInput(NAME_INVALID, name=ascii(name[:100])[1:-1], most=MAX_NAME)
    return name


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Place(_Value):
    """Where something goes: before or after another one, or first or last. Raises InvalidInput for several."""

    before: int | None = None
    after: int | None = None
    first: bool = False
    last: bool = False

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)
        given = [self.before is not None, self.after is not None, self.first, self.last]
        if sum(given) > 1:
            raise InvalidInput(PLACE_INVALID, count=sum(given))

    @property
    def is_given(self) -> bool:
        """Whether it says anything; else: last."""
        return self.before is not None or self.after is not None or self.first or self.last

    def __str__(self) -> str:
        if self.before is not None:
            return f"before {self.before}"
        if self.after is not None:
            return f"after {self.after}"
        return "first" if self.first else "last"


class NewCollection(_Value):
    """A collection to be made."""

    name: str
    parent: str | None = None
    """Its number, name or path; None: at the top."""
    description: str = Field(default="", max_length=MAX_DESCRIPTION)
    filters: Mapping[str, tuple[str, ...]] | None = None
    """Of a saved search, texts by the name of the filter field; None: items are chosen by hand."""
    sort: str = Field(default="", pattern=SORT)
    private: bool = False
    """At the top: only its owner, managers and who is granted a right see it."""


class CollectionChange(_Value):
    """What of a collection is to be different; what is not given stays."""

    name: str | None = None
    description: str | None = Field(default=None, max_length=MAX_DESCRIPTION)
    cover: str | None = None
    """An asset by name; empty: the first item."""
    filters: Mapping[str, tuple[str, ...]] | None = None
    sort: str | None = Field(default=None, pattern=SORT)
    private: bool | None = None


class CollectionReport(_Value):
    """A collection, as far as the one who asks may know of it."""

    id: int
    name: str
    parent: int | None = None
    """None: it is at the top, or lies in one that is not visible."""
    path: tuple[str, ...]
    """The names of the visible collections above it, and its own."""
    description: str = ""
    filters: dict[str, tuple[str, ...]] | None = None
    """Of a saved search; null: items are chosen by hand."""
    sort: str = ""
    private: bool = False
    owner: str | None = None
    """Name of a user."""
    right: RightName
    """Of the one who asks."""
    items: int | None = None
    """How many visible items it has; null: not counted, as of saved searches in a list."""
    cover: str | None = None
    """SHA-1 of an asset; null: it has no visible item, or was not looked up, as in a list."""
    created_at: float
    created_by: str
    changed_at: float
    changed_by: str
    version: int
    edit: int | None = None
    """Number of the edit that takes the change back, in the answer to one; null where nothing had to change."""


class SubclipRef(_Value):
    """A subclip that is an item."""

    id: int
    name: str
    start: float
    """Seconds from the start of the version that it was anchored at,"""
    end: float
    """exclusive."""


class ItemReport(_Value):
    """One item of a collection."""

    id: int | None
    """The number of the item; null: a saved search finds it."""
    asset: str
    """SHA-1 of the current version."""
    name: str
    kind: str | None = None
    duration: float | None = None
    subclip: SubclipRef | None = None
    pinned: bool = False
    """In a saved search: it is always in it."""
    added_at: float | None = None
    added_by: str = ""
    version: int | None = None


class ItemPage(_Value):
    """Items in their order."""

    items: tuple[ItemReport, ...]
    after: str | None = None
    """Where the next page begins; null: this is the last one."""


class Chosen(Selected):
    """Which items are meant: selected assets, and subclips."""

    subclips: tuple[int, ...] = ()


class ItemsChanged(_Value):
    """How many items an edit changed."""

    changed: int
    edit: int | None = None
    """Its number, with which it can be undone."""


class CollectionsDeleted(_Value):
    """How many collections were deleted: one with all below it."""

    deleted: int
    edit: int | None = None
    """Its number, with which it can be undone."""


class CollectionGrantReport(_Value):
    """A right on a collection."""

    to: str
    """`user:anna`, or `role:viewer`: everybody with that role or a higher one."""
    right: RightName
    inherited_from: int | None = None
    """The number of the collection above on which it was given."""
    granted_by: str
    granted_at: float


class AssetCollection(_Value):
    """A collection that an asset is in."""

    id: int
    path: tuple[str, ...]
    """The names of the visible collections above it, and its own."""
    item: int
    """The number of the item."""
    subclip: int | None = None
    """The subclip that is in it; null: the asset itself."""


@dataclass(frozen=True)
class Node:
    """A row of the tree, with what rights need."""

    id: int
    parent: int | None
    name: str
    is_smart: bool
    is_private: bool
    owner: int | None


def by_order(rows: Sequence[Any]) -> list[Any]:
    """Rows by (position, id)."""
    return sorted(rows, key=lambda row: (row.position, row.id))
