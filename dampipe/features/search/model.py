"""The request and the result of a search: the same values behind the command line, HTTP and Python."""

import re
from collections.abc import Mapping
from copy import copy
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dampipe.features.assets.selected import Selected
from dampipe.features.grouping.model import GroupKind
from dampipe.features.search.errors import (
    ONLY_UNWANTED,
    PART_INVALID,
    SORT_OF_CURRENT,
    SORT_OF_LISTS,
    WORDS_NEEDED,
)
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.sorting import SORT
from dampipe.media.box import Box
from dampipe.media.info import MediaKind
from dampipe.storage.moments import Moment
from dampipe.timeline import Format

MAX_LIMIT = 1000
"""Hits of one page."""
MAX_OFFSET = 100_000
MAX_MOMENTS = 100
"""Moments shown of one asset."""
MAX_WORDS = 1000
"""Characters of a text query."""


def _release_field(name: str) -> Any:
    """The same field as that of ReleaseRequest."""
    return copy(ReleaseRequest.model_fields[name])


class Only(StrEnum):
    """What to search, when not everything."""

    VISION = "vision"
    """Pictures."""
    WORDS = "words"
    """All text: names, folders, cameras and tags."""
    NAMES = "names"
    """Names of files, folders and sources."""


class SearchRequest(BaseModel):
    """What to search for, and how to show the result. Words, pictures and moments add up.

    Raises InvalidInput for a request that can find nothing: unwanted words only, or a search of text without words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = Field(
        default="",
        max_length=MAX_WORDS,
        description='Words to look for; -word or -"two words" for what must not be in the picture.',
    )
    """Without the unwanted words, which `without` holds, wherever they were given."""
    without: tuple[str, ...] = Field(default=(), description="What must not be in the picture.")
    """A word or a phrase each."""
    image: bytes | None = Field(default=None, repr=False)
    """A JPEG, PNG or WebP; find what looks like it."""
    like: tuple[str, ...] = Field(
        default=(),
        description="What looks like this moment, or all of an asset, or a part of a frame: ASSET@SECONDS, ASSET, or "
        "ASSET@SECONDS@LEFT,TOP,WIDTH,HEIGHT, the part in fractions of the picture.",
    )
    """ASSET is a SHA-1, the first digits of it, or the path of a file."""
    only: Only | None = Field(
        default=None,
        description="Search only pictures (vision), all text (words) or the names of files (names).",
    )
    filters: dict[str, tuple[str, ...]] = {}
    """By the name of the filter field (`dampipe/kernel/filter.py`); fields without a value are left out."""
    all_versions: bool = Field(
        default=False, description="Find superseded versions of assets, too, each as a hit of its own."
    )
    sort: str = Field(
        default="",
        pattern=SORT,
        description="Of a list (no words, picture or moment): by this metadata field, or, after a minus sign, by it "
        "with the greatest first; assets without a value come last.",
    )
    flat: bool = Field(default=False, description="A hit per moment instead of a hit per asset.")
    moments: int = Field(default=3, ge=1, le=MAX_MOMENTS, description="Most moments of one asset.")
    strong: bool = Field(
        default=True,
        description="Leave out weak hits, whose scores are no higher than those of meaningless words; "
        "else they come last.",
    )
    limit: int = Field(default=10, ge=1, le=MAX_LIMIT, description="Most hits.")
    offset: int = Field(
        default=0, ge=0, le=MAX_OFFSET, description="Number of hits to skip: where the next page begins."
    )

    @field_validator("filters", mode="before")
    @classmethod
    def _drop_empty_filters(cls, filters: Any) -> Any:
        if not isinstance(filters, Mapping):
            return filters
        given = {name: (value,) if isinstance(value, str) else value for name, value in filters.items()}
        return {name: values for name, values in given.items() if any(values or ())}

    @model_validator(mode="before")
    @classmethod
    def _split_unwanted(cls, data: Any) -> Any:
        if not (isinstance(data, Mapping) and isinstance(data.get("words"), str)):
            return data
        words, unwanted = split_words(data["words"])
        given = (text.strip() for text in data.get("without", ()))
        return {**data, "words": words, "without": tuple(dict.fromkeys([*filter(None, given), *unwanted]))}

    @model_validator(mode="after")
    def _can_find_something(self) -> Self:
        if self.without and not self.asks_vision:
            raise InvalidInput(ONLY_UNWANTED, words=", ".join(self.without))
        if self.only in (Only.WORDS, Only.NAMES) and not self.words:
            raise InvalidInput(WORDS_NEEDED, only=str(self.only))
        if self.sort and self.asks_vision:
            raise InvalidInput(SORT_OF_LISTS, sort=self.sort)
        if self.sort and self.all_versions:
            raise InvalidInput(SORT_OF_CURRENT, sort=self.sort)
        return self

    @property
    def asks_vision(self) -> bool:
        """Whether there is something that pictures can be compared with."""
        return bool(self.words or self.image is not None or self.like)


class ExportRequest(SearchRequest):
    """A search whose moments become a timeline for an editing program, for a use."""

    format: Format = Field(description="Format of the timeline.")
    territory: str = _release_field("territory")
    medium: str = _release_field("medium")
    reason: str = _release_field("reason")

    def release(self) -> ReleaseRequest:
        """What is said of the use."""
        return ReleaseRequest(territory=self.territory, medium=self.medium, reason=self.reason)


class WholeExport(Selected):
    """Assets that become a timeline for an editing program, each as a whole, for a use."""

    format: Format = Field(description="Format of the timeline.")
    title: str = "dampipe"
    territory: str = _release_field("territory")
    medium: str = _release_field("medium")
    reason: str = _release_field("reason")

    def release(self) -> ReleaseRequest:
        """What is said of the use."""
        return ReleaseRequest(territory=self.territory, medium=self.medium, reason=self.reason)


class FilterReport(BaseModel):
    """A filter field, as a face offers it."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    help: str
    multiple: bool
    choices: tuple[str, ...] = ()
    """All valid values; (): others are valid, too."""
    example: str = ""
    suggests: bool = False
    """Whether there is a list of the values that exist now."""
    in_queries: str = ""
    """What a query calls it, as it does a metadata field; "": queries do not have it."""
    is_ordered: bool = False
    """Whether a query compares it by <, <=, > and >=; else by = and !=."""


class HitGroup(BaseModel):
    """The group that a hit stands for."""

    model_config = ConfigDict(frozen=True)

    kind: GroupKind
    members: int
    """How many assets belong together, the hit among them."""


class Passage(BaseModel):
    """A text of an asset that has words of the query: why words found it."""

    model_config = ConfigDict(frozen=True)

    field: str
    """What it is: "File name", "Folder", "Title", "Comment"."""
    text: str
    """About 160 characters of it, around the first word; "…" stands for what is left out."""
    marks: tuple[tuple[int, int], ...]
    """Where the words stand in `text`: the first character, counted from 0, and the one after the last."""


class Hit(BaseModel):
    """An asset that was found, with its best moments."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1, hexadecimal."""
    path: str
    """Path of one of its files; bytes that are not UTF-8 are shown as \\xNN."""
    name: str
    medium: str = ""
    """Where the medium is that has to be fetched, of a file that is on such media only; "" for all others."""
    kind: MediaKind | None = None
    duration: float | None = None
    score: float | None = None
    """Cosine similarity of its best moment to the query, -1 to 1; None where no picture was compared."""
    weak: bool = False
    """The score does not exceed what meaningless words reach in this library."""
    words: tuple[str, ...] = ()
    """Words of the query found in its names, folders, camera, tags, subclips or comments."""
    recipes: dict[str, str] = {}
    """The recipes of its derivatives, by kind: a browser keeps what it gets by an address with the recipe."""
    passages: tuple[Passage, ...] = ()
    """Texts that have these words, those with most words first, 4 at most; without those that `moments` have."""
    moments: tuple[Moment, ...] = ()
    """Subclips and comments with words of the query come first; then pictures, best first, one per shot."""
    group: HitGroup | None = None
    """Assets that belong together are one hit, the best of them; None where it is alone."""


class Found(BaseModel):
    """A page of hits, best first."""

    model_config = ConfigDict(frozen=True)

    hits: tuple[Hit, ...] = ()
    more: bool = False
    """Whether there is another page."""
    floor: float | None = None
    """The score that meaningless words reach here; hits below are weak. None where it does not apply."""
    weaker: int = 0
    """How many weak hits were left out, as far as was searched for this page: there may be more if, with the hits, they
    are more than a page. With `strong=false` they come after all others."""
    warnings: tuple[str, ...] = ()
    """What limits this result: pictures could not be searched, say."""


_UNWANTED = r"""-(?:"([^"]+)"|([^\W\d_][^\s"]*))"""
_UNWANTED_ANYWHERE = re.compile(rf"(?:^|(?<=\s)){_UNWANTED}")


def split_words(text: str) -> tuple[str, tuple[str, ...]]:
    """The words of a text query, and the unwanted ones: those after a minus sign, which begin with a letter.

    >>> split_words('beach at dusk -people -"red umbrella"')
    ('beach at dusk', ('people', 'red umbrella'))
    >>> split_words("A001-C002 well-lit -5")
    ('A001-C002 well-lit -5', ())
    """
    unwanted = tuple(quoted or word for quoted, word in _UNWANTED_ANYWHERE.findall(text))
    return " ".join(_UNWANTED_ANYWHERE.sub(" ", text).split()), unwanted


def quote_unwanted(argument: str) -> str | None:
    """An argument of a shell that begins with an unwanted word, quoted so that all of it is unwanted; else None.

    >>> quote_unwanted("-people"), quote_unwanted("-red umbrella"), quote_unwanted("beach -people")
    ('-"people"', '-"red umbrella"', None)
    """
    unwanted = re.match(_UNWANTED, argument)
    return None if unwanted is None else '-"{}"'.format(argument[1:].replace('"', ""))


def split_like(text: str) -> tuple[str, str | None]:
    """Split ASSET@TIME at the last `@`; the time is None where there is none.

    >>> split_like("c3805cf38b67@12.5"), split_like("c3805cf38b67")
    (('c3805cf38b67', '12.5'), ('c3805cf38b67', None))
    >>> split_like("/mnt/footage/me@home.mov@1:15"), split_like("/mnt/footage/me@home.mov")
    (('/mnt/footage/me@home.mov', '1:15'), ('/mnt/footage/me@home.mov', None))
    >>> split_like("me@home.mov")
    ('me@home.mov', None)
    """
    asset, at, time = text.rpartition("@")
    is_sha1 = re.fullmatch("[0-9a-fA-F]{4,40}", asset)  # it holds no @ of its own
    if not at or not (is_sha1 or re.fullmatch(r"[\d:.]+", time)):
        return text, None
    return asset, time


def split_box(text: str) -> tuple[str, Box | None]:
    """Split a part of a frame off an example: ASSET@TIME@LEFT,TOP,WIDTH,HEIGHT.

    Raises InvalidInput for a part that is empty or lies outside of the picture.

    >>> split_box("c3805cf38b67@12.5@0.25,0.1,0.5,0.5")
    ('c3805cf38b67@12.5', Box(left=0.25, top=0.1, width=0.5, height=0.5))
    >>> split_box("c3805cf38b67@12.5")
    ('c3805cf38b67@12.5', None)
    """
    found = re.fullmatch(rf"(.+)@{','.join([_FRACTION] * 4)}", text)
    if found is None:
        return text, None
    box = Box(*(float(number) for number in found.groups()[1:]))
    is_inside = box.left + box.width <= 1 + _ROUNDING and box.top + box.height <= 1 + _ROUNDING
    if not (box.width > 0 and box.height > 0 and is_inside):
        raise InvalidInput(PART_INVALID, part=str(box))
    return found[1], box


_FRACTION = r"(\d{0,2}\.?\d{1,9})"
_ROUNDING = 1e-6


class ModelReport(BaseModel):
    """An embedding model."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As the setting `model` takes it."""
    fingerprint: str
    licence: str = ""
    """Of the weights; empty where it is not known."""
    size: int = 0
    """Pixels of its frames, both ways; 0 where the model cannot be reached now."""
    weights_here: bool = False
    """Whether the weights are on this machine."""
    needs: str = ""
    """A package that the model needs and dampipe does not install."""
    problem: str = ""
    """Why it cannot be used on this machine, as far as is known without a network; empty: it can."""
    note: str = ""
    """What it is good for."""
    used: bool = False
    """Whether the settings name it, as they were when this process was started."""
    chosen: bool = False
    """Whether dampipe.toml names it now: it is used once dampipe is restarted."""
    answers: bool = False
    """Whether it answers searches: an old model does until the vectors of the new one are complete."""
    assets: int = 0
    """How many assets have vectors of it."""
