"""The filter fields of assets: where their files are, when and with what they were recorded, what they are."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import translate
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from dampipe.features.assets.errors import UNKNOWN_FOLDER
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.id_list import read_ids
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterContext, FilterField, Restriction
from dampipe.kernel.paths import is_below, is_url, join_root
from dampipe.kernel.ranges import Range, parse_age, parse_date, parse_duration, parse_lines
from dampipe.kernel.unicode_paths import composed
from dampipe.kernel.wall_clock import utc_offset, wall_clock
from dampipe.media.info import MediaKind


class Orientation(StrEnum):
    """How a picture is shown, its rotation applied."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


def _in_folders(context: FilterContext, names: Sequence[str]) -> Restriction:
    roots = {source.id: source.root for source in SourceRepository(context.database).all()}
    with context.database.read() as connection:
        rows = connection.execute(select(FOLDER.c.id, FOLDER.c.source_id, FOLDER.c.path)).all()
    patterns = [FolderPattern(name) for name in names]
    found = frozenset(
        folder
        for folder, source, path in rows
        if (context.folders is None or folder in context.folders)
        and (root := roots.get(source)) is not None
        and any(pattern.matches(join_root(root, path)) for pattern in patterns)
    )
    if not found:
        raise NotFound(UNKNOWN_FOLDER, names=" or ".join(names))
    return Restriction(folders=found)


class FolderPattern:
    """A folder as a person names it: an absolute path or URL, or the name of a folder or a piece of a path, anywhere.

    A name may hold the wildcards * and ?, and matches in any case. Both match in either Unicode form.
    """

    def __init__(self, text: str) -> None:
        asked = composed(text)
        is_absolute = is_url(asked) or asked.startswith("/")
        self._absolute = _normal(asked) if is_absolute else ""
        self._parts = [_matcher(part.casefold()) for part in PurePosixPath(asked).parts]

    def matches(self, folder: str) -> bool:
        """Whether a folder, by its normalized absolute path or URL, is the named one or lies in it."""
        path = composed(folder)
        if self._absolute:
            return is_below(path, self._absolute)
        names = path.partition("://")[2] if is_url(path) else path
        parts = ["/", *filter(None, names.casefold().split("/"))]
        starts = range(len(parts) - len(self._parts) + 1)
        return any(
            all(match(part) for match, part in zip(self._parts, parts[start:], strict=False))
            for start in starts
        )


def _normal(path: str) -> str:
    return path.rstrip("/") if is_url(path) else str(PurePosixPath(path))


def _matcher(part: str) -> Callable[[str], object]:
    """Whether a name matches a part of a pattern; brackets in it stand for themselves."""
    if not set(part) & set("*?"):
        return part.__eq__
    return re.compile(translate(part.replace("[", "[[]"))).match


def _recorded(zone: int | None) -> ColumnElement[float]:
    """The time of recording on its own wall clock; the time of the oldest file, in UTC, where it is unknown.

    zone: minutes ahead of UTC of the time that it is compared with; times whose zone is known, too, are converted to it.
    """
    oldest = select(func.min(LOCATION.c.mtime_ns) / 1e9).where(LOCATION.c.version_id == VERSION.c.id)
    if zone is None:
        return func.coalesce(VERSION.c.recorded_at, oldest.scalar_subquery())
    shift = 60.0 * (zone - func.coalesce(VERSION.c.recorded_offset, zone))
    return func.coalesce(VERSION.c.recorded_at + shift, oldest.scalar_subquery() + 60.0 * zone)


def _since(_: FilterContext, times: Sequence[datetime]) -> Restriction:
    return Restriction(where=_recorded(utc_offset(times[0])) >= wall_clock(times[0]))


def _until(_: FilterContext, times: Sequence[datetime]) -> Restriction:
    return Restriction(where=_recorded(utc_offset(times[0])) < wall_clock(times[0]))


def _any(
    condition: Callable[[str], ColumnElement[bool]],
) -> Callable[[FilterContext, Sequence[str]], Restriction]:
    """A restriction by a condition that one of the values has to fulfil."""
    return lambda _, values: Restriction(where=or_(*map(condition, values)))


def _within(column: ColumnElement[float], given: Range) -> Restriction:
    limits = [column >= given.least] if given.least is not None else []
    limits += [column <= given.most] if given.most is not None else []
    return Restriction(where=and_(*limits))


def _lines(context: FilterContext, ranges: Sequence[Range]) -> Restriction:
    shorter = (
        func.min if context.database.is_sqlite else func.least
    )  # of two values, as the database calls it
    return _within(shorter(VERSION.c.width, VERSION.c.height), ranges[0])


def _shown(orientation: str) -> ColumnElement[bool]:
    width, height = VERSION.c.width, VERSION.c.height
    shapes = {
        Orientation.LANDSCAPE: width > height,
        Orientation.PORTRAIT: width < height,
        Orientation.SQUARE: width == height,
    }
    return shapes[Orientation(orientation)]


@dataclass(frozen=True)
class Age:
    """How an age is compared."""

    operator: str
    seconds: float

    @classmethod
    def parse(cls, text: str) -> "Age":
        """From "30d", which is at least that, or with a sign: "<12h". Raises InvalidInput (AGE_INVALID).

        >>> Age.parse(">30d"), Age.parse("30d").operator
        (Age(operator='>', seconds=2592000.0), '>=')
        """
        sign = next((one for one in ("<=", ">=", "<", ">") if text.startswith(one)), "")
        return cls(sign or ">=", parse_age(text.removeprefix(sign)))


_OLDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.gt,
    "<=": operator.ge,
    ">": operator.lt,
    ">=": operator.le,
}
"""How the time of an asset is compared with that before which it is of the age."""


def _of_age(context: FilterContext, ages: Sequence[Age]) -> Restriction:
    """By numbers of assets, since the facet index does not know the time."""
    with context.database.read() as connection:
        now = database_time(connection)
        where = [_OLDER[age.operator](ASSET.c.added_at, now - age.seconds) for age in ages]
        return Restriction(
            assets=AssetSet.from_numpy(read_ids(context.database, connection, ASSET.c.id, or_(*where)))
        )


FIELDS = (
    FilterField(
        "folder",
        "Folder",
        "Only footage in this folder, by path or name.",
        restrict=_in_folders,
        parse=str,
        metavar="FOLDER",
        example="day1, /mnt/archive/day2",
    ),
    FilterField(
        "since",
        "Recorded since",
        "Recorded at this time or later: 2024, 2024-05, 2024-05-17.",
        restrict=_since,
        parse=lambda text: parse_date(text)[0],
        multiple=False,
        metavar="DATE",
        example="2024-05",
    ),
    FilterField(
        "until",
        "Recorded until",
        "Recorded at this time or earlier; the whole of that year, month or day counts.",
        restrict=_until,
        parse=lambda text: parse_date(text)[1],
        multiple=False,
        metavar="DATE",
        example="2024-05-17",
    ),
    FilterField(
        "age",
        "Age",
        "Since it was added to the library: 30d or more, <12h, >6w, <=2y.",
        restrict=_of_age,
        parse=Age.parse,
        multiple=False,
        metavar="AGE",
        example=">30d",
        in_queries="age",
        is_ordered=True,
    ),
    FilterField(
        "camera",
        "Camera",
        "Make or model of the camera, or a part of it, in any case.",
        restrict=_any(lambda text: func.lower(VERSION.c.camera).contains(text.lower(), autoescape=True)),
        parse=str,
        metavar="TEXT",
        example="FX3",
    ),
    FilterField(
        "duration",
        "Length",
        "Seconds: 10-60, 10+, 1:00-.",
        restrict=lambda _, ranges: _within(VERSION.c.duration, ranges[0]),
        parse=parse_duration,
        multiple=False,
        metavar="RANGE",
        example="10-60, 1:00+, 20-",
    ),
    FilterField(
        "codec",
        "Codec",
        "Codec of the picture, else of the sound: h264, hevc, prores …",
        restrict=_any(lambda text: func.lower(VERSION.c.codec) == text.lower()),
        parse=str,
        metavar="NAME",
        example="h264, prores",
    ),
    FilterField(
        "resolution",
        "Resolution",
        "By the shorter side: 1080p, 4k+, 720p-, 720-1080.",
        restrict=_lines,
        parse=parse_lines,
        multiple=False,
        metavar="RANGE",
        example="1080p, 4k+, 720p-",
    ),
    FilterField(
        "orientation",
        "Orientation",
        "Orientation of the picture as it is shown.",
        restrict=_any(_shown),
        parse=str,
        choices=tuple(map(str, Orientation)),
    ),
    FilterField(
        "kind",
        "Kind",
        "Kind of media.",
        restrict=_any(lambda text: VERSION.c.kind == text),
        parse=str,
        choices=tuple(map(str, MediaKind)),
    ),
)
