"""Requests for parts of the library, and their answers."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.library.marks import Mark
from dampipe.kernel.sorting import SORT
from dampipe.storage.video import Video

MOST_ASSETS = 200
"""Assets of one page."""
MOST_SHA1S = 20_000
"""SHA-1s of one answer."""
NEWEST = "-date"
"""The order of the library unless another is asked for."""


class Group(StrEnum):
    """What a bucket holds."""

    NONE = "none"
    """Everything: there is one bucket."""
    DAY = "day"
    MONTH = "month"
    FOLDER = "folder"
    CAMERA = "camera"


class ListRequest(BaseModel):
    """A list: the assets that pass filters, as far as they are visible, in groups and in an order within each."""

    model_config = ConfigDict(frozen=True)

    group: Group = Field(
        default=Group.DAY,
        description="What buckets hold: the assets of a `day`, a `month`, a `folder` or a `camera`, or `none`: all. "
        "Assets are listed bucket by bucket.",
    )
    sort: Annotated[str, Field(pattern=SORT)] = Field(
        default=NEWEST,
        description="The order within buckets: `date` (when an asset was shot: what people say in the field "
        "`shot_on`, else what the file says, else when it came into the library), `added`, `name`, `duration`, `size`, "
        "or a sortable facet of texts or numbers; after a minus sign, the greatest first. Days and months stand in this "
        "order, too, where it is one of dates (they are those of `added` where that is the order), else the newest "
        "first; folders and cameras stand by name.",
    )
    pending: bool | None = Field(
        default=None,
        description="Only assets that search has to wait for (true), or only the others (false).",
    )
    filters: dict[str, tuple[str, ...]] = {}
    """As for a search: values by the name of the filter."""


class Bucket(BaseModel):
    """Assets that stand beside each other in a list."""

    model_config = ConfigDict(frozen=True)

    key: str
    """A day as `2024-05-17`, a month as `2024-05`, the number of a folder, or the name of a camera in lower case. Empty:
    assets that have none, or, where the group is `none`, all."""
    label: str
    """The same for people: the path of the folder, the name of the camera; of days and months the key."""
    count: int


class Buckets(BaseModel):
    """The buckets of a list, in its order."""

    model_config = ConfigDict(frozen=True)

    stamp: str
    """Equal for lists of the same assets in the same order."""
    total: int
    buckets: tuple[Bucket, ...]


class PageRequest(ListRequest):
    """A part of a list. It begins at a position: of the whole list, of a bucket, or relative to an asset."""

    limit: Annotated[int, Field(ge=1, le=MOST_ASSETS)] = 60
    bucket: Annotated[str | None, Field(max_length=400)] = Field(
        default=None, description="The key of a bucket, from whose first asset `position` counts."
    )
    at: str | None = Field(
        default=None, description="The SHA-1 of an asset, or its beginning, from which `position` counts."
    )
    position: Annotated[int, Field(ge=-(2**31), lt=2**31)] = Field(
        default=0,
        description="Where the part begins: a number from 0, or a negative one for what stands before `bucket` or `at`. "
        "What would begin before the list begins with it.",
    )


class AssetPage(BaseModel):
    """A part of a list."""

    model_config = ConfigDict(frozen=True)

    stamp: str
    """Of the list, as its buckets have it: where it differs, assets have come, gone or moved meanwhile."""
    total: int
    first: int
    """The position of the first of these assets in the whole list, from 0."""
    assets: tuple[Video, ...]
    marks: dict[str, tuple[Mark, ...]] = {}
    """The ratings and labels of these assets, by SHA-1; what has none is left out."""


class AssetMarks(BaseModel):
    """The ratings and labels of some assets."""

    model_config = ConfigDict(frozen=True)

    marks: dict[str, tuple[Mark, ...]]
    """By SHA-1, as it was asked for."""


class Sha1s(BaseModel):
    """The SHA-1s of a part of a list."""

    model_config = ConfigDict(frozen=True)

    stamp: str
    total: int
    first: int
    sha1s: tuple[str, ...]
