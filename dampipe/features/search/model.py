"""A question to the library and its answer: the same values behind the command line and HTTP."""

import re
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.ranges import Range, parse_date, parse_duration, parse_lines
from dampipe.media.info import MediaKind
from dampipe.storage.moments import Moment

MOST = 1000
"""Hits of one page, at the most."""


class Only(StrEnum):
    """Where to look, when not everywhere."""

    VISION = "vision"
    """In the pictures."""
    WORDS = "words"
    """In all that is written: names, folders, cameras and tags."""
    NAMES = "names"
    """In the names of files, folders and sources."""


class Orientation(StrEnum):
    """How a picture stands."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


class Filter(BaseModel):
    """Which assets count. Several values of one field mean any of them, except for tags: all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    """An absolute path: what lies in it and below. Else a folder's name or a piece of a path, anywhere."""
    since: str = ""
    """Recorded then or later: 2024, 2024-05, 2024-05-17. Where the file does not tell, its own time counts."""
    until: str = ""
    """Recorded then or earlier; the whole of that year, month or day is in."""
    camera: tuple[str, ...] = ()
    """A part of make or model, in any case."""
    duration: str = ""
    """Seconds or a clock's time: "10-60", "10+" at least, "1:00-" at most."""
    codec: tuple[str, ...] = ()
    resolution: str = ""
    """By the shorter side: "1080p", "4k+" at least, "720p-" at most, "720-1080"."""
    orientation: tuple[Orientation, ...] = ()
    tag: tuple[str, ...] = ()
    kind: tuple[MediaKind, ...] = ()

    @model_validator(mode="after")
    def _is_understood(self) -> Self:
        try:
            _ = self.seconds, self.lines, self.begin, self.end
        except InvalidInput as error:
            raise ValueError(f"{error}. {error.hint}".removesuffix(". ")) from error
        return self

    @property
    def empty(self) -> bool:
        """Whether every asset counts."""
        return self == Filter()

    @property
    def seconds(self) -> Range:
        """`duration` in seconds."""
        return parse_duration(self.duration) if self.duration else Range()

    @property
    def lines(self) -> Range:
        """`resolution` in pixels of the shorter side."""
        return parse_lines(self.resolution) if self.resolution else Range()

    @property
    def begin(self) -> float | None:
        """`since`, in seconds since 1970."""
        return parse_date(self.since)[0].timestamp() if self.since else None

    @property
    def end(self) -> float | None:
        """The first moment after `until`, in seconds since 1970."""
        return parse_date(self.until)[1].timestamp() if self.until else None


class Query(BaseModel):
    """What is looked for, and how the answer is to be. Words, pictures and moments add up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = ""
    without: tuple[str, ...] = ()
    """What must not be in the picture, a word or phrase each."""
    image: bytes | None = Field(default=None, repr=False)
    """A JPEG, PNG or WebP; find what looks like it."""
    like: tuple[str, ...] = ()
    """Moments, `ASSET@SECONDS`; without `@` the whole asset."""
    only: Only | None = None
    filter: Filter = Filter()
    flat: bool = False
    """A hit a moment, instead of a hit an asset."""
    moments: int = Field(default=3, ge=1, le=100)
    """Moments shown of one asset, at the most."""
    strong: bool = False
    """Leave weak hits out."""
    limit: int = Field(default=10, ge=1, le=MOST)
    offset: int = Field(default=0, ge=0, le=100_000)

    @property
    def asks_vision(self) -> bool:
        """Whether there is something that pictures can be compared with."""
        return bool(self.words or self.image is not None or self.like)


class Hit(BaseModel):
    """One asset that fits, with the moments that fit best."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1, hexadecimal."""
    path: str
    """Where a file of it is; bytes that are no UTF-8 shown as \\xNN."""
    name: str
    kind: MediaKind | None = None
    duration: float | None = None
    score: float | None = None
    """Cosine similarity of its best moment to the query, -1 to 1; None where no picture was compared."""
    weak: bool = False
    """No nearer than meaningless words come to something in this library."""
    words: tuple[str, ...] = ()
    """Words of the query found in its names, folders, camera or tags."""
    moments: tuple[Moment, ...] = ()
    """The best first, one a shot."""


class Found(BaseModel):
    """A page of hits, the best first."""

    model_config = ConfigDict(frozen=True)

    hits: tuple[Hit, ...] = ()
    more: bool = False
    """Whether there is another page."""
    floor: float | None = None
    """The score that meaningless words reach here; hits below are weak. None where it does not apply."""
    warnings: tuple[str, ...] = ()
    """What a person should know of this answer: search by pictures was not possible, say."""


_NEGATIVE = re.compile(r"""(?:^|(?<=\s))-(?:"([^"]+)"|([^\W\d_][^\s"]*))""")


def split_words(text: str) -> tuple[str, tuple[str, ...]]:
    """Words, and those after a minus sign that must not be there.

    >>> split_words('beach at dusk -people -"red umbrella"')
    ('beach at dusk', ('people', 'red umbrella'))
    >>> split_words("A001-C002 well-lit")
    ('A001-C002 well-lit', ())
    """
    without = tuple(quoted or word for quoted, word in _NEGATIVE.findall(text))
    return " ".join(_NEGATIVE.sub(" ", text).split()), without


def split_like(text: str) -> tuple[str, str | None]:
    """An asset and, after the last `@`, the time in it.

    >>> split_like("c3805cf38b67@12.5"), split_like("c3805cf38b67")
    (('c3805cf38b67', '12.5'), ('c3805cf38b67', None))
    >>> split_like("/mnt/footage/me@home.mov@1:15"), split_like("/mnt/footage/me@home.mov")
    (('/mnt/footage/me@home.mov', '1:15'), ('/mnt/footage/me@home.mov', None))
    """
    asset, at, time = text.rpartition("@")
    named = "/" not in asset  # by its SHA-1, in which no @ can be meant otherwise
    if not at or not (named or re.fullmatch(r"[\d:.]+", time)):
        return text, None
    return asset, time


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
    """A package that it needs and dampipe does not bring."""
    problem: str = ""
    """Why it cannot be used on this machine, as far as can be told without a network; empty: it can."""
    note: str = ""
    """What speaks for it."""
    used: bool = False
    """Whether the settings name it."""
    answers: bool = False
    """Whether search asks it: an old model does until the new one's vectors are complete."""
    assets: int = 0
    """How many assets have vectors of it."""
