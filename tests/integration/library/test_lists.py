"""The library as one list, over both databases: what buckets and pages say is what a look at each asset says."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.tables import VERSION
from dampipe.features.library.marks import Mark
from dampipe.features.library.model import Group, ListRequest, PageRequest
from dampipe.features.library.service import LibraryService
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.metadata.service import MetadataService
from dampipe.features.search.filters import FilterResolver
from dampipe.features.sources.locations import mark_missing, restore
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.ids import LocationId
from dampipe.kernel.visibility import View
from tests.support.postgres import Postgres
from tests.support.searching import Searching, media

CAMERAS = ("Sony FX3", "ARRI Alexa Mini", None)
SORTS = (
    "date",
    "-date",
    "added",
    "-added",
    "name",
    "-name",
    "duration",
    "-duration",
    "size",
    "-size",
    "camera",
    "-lines",
)


class Clip(NamedTuple):
    """What a test knows of an asset."""

    version: int
    sha1: str
    folder: str
    name: str
    date: float
    added: float
    duration: float | None
    size: int
    camera: str | None
    lines: int


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searching]:
    """Sixty clips of twelve days in three folders; the tests are in the order in which it changes."""
    folder: Path = tmp_path_factory.mktemp("library")
    if request.param == "sqlite":
        made = Searching(f"sqlite:///{folder / 'c.sqlite'}", folder)
        fill(made)
        yield made
        made.close()
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.new_database(template=request.getfixturevalue("migrated_postgres_url"))
    made = Searching(url, folder)
    fill(made)
    yield made
    made.close()
    server.drop(url)


def fill(library: Searching) -> None:
    """Add the clips."""
    chance = random.Random(5)
    for number in range(60):
        recorded = datetime(2023, 12, 27, tzinfo=UTC) + timedelta(hours=chance.randrange(12 * 24))
        info = media(
            duration=None if number % 9 == 0 else float(chance.randrange(5)),
            camera=chance.choice(CAMERAS),
            recorded=recorded if number % 7 else None,
            size=(1920, chance.choice([1080, 720])),
        )
        library.add(f"day{chance.randrange(3)}/{chance.choice('aBc')}{number:02}.mov", info=info)


def clips(library: Searching) -> list[Clip]:
    """All assets, read one by one."""
    with library.catalog.database.read() as connection:
        rows = connection.execute(select(VERSION)).all()
    assets = library.services.get(AssetRepository).videos(rows)
    return [
        Clip(
            version=row.id,
            sha1=row.sha1,
            folder=str(Path(asset.paths[0]).parent),
            name=asset.name,
            date=row.added_at if row.recorded_at is None else row.recorded_at,
            added=row.added_at,
            duration=row.duration,
            size=row.size,
            camera=row.camera,
            lines=min(row.width, row.height),
        )
        for row, asset in zip(rows, assets, strict=True)
    ]


def last(value: Any, *, is_descending: bool) -> tuple[bool, Any]:
    """A key by which what has no value stands at the end, whatever the direction."""
    return (value is None) != is_descending, 0 if value is None else value


def expected(found: Sequence[Clip], group: Group, sort: str) -> list[tuple[str, list[str]]]:
    """Buckets with the SHA-1s of their assets, sorted one by one."""
    by, is_descending = sort.removeprefix("-"), sort.startswith("-")

    def fold(value: Any) -> Any:
        return value.casefold() if isinstance(value, str) else value

    clips_ = sorted(found, key=lambda one: one.version, reverse=is_descending)
    clips_.sort(
        key=lambda one: last(fold(getattr(one, by)), is_descending=is_descending), reverse=is_descending
    )
    moment = "added" if by == "added" else "date"

    def key(clip: Clip) -> str:
        day = datetime.fromtimestamp(getattr(clip, moment), UTC).strftime("%Y-%m-%d")
        texts = {
            Group.DAY: day,
            Group.MONTH: day[:7],
            Group.FOLDER: clip.folder,
            Group.CAMERA: (clip.camera or "").casefold(),
        }
        return texts.get(group, "")

    is_newest_first = group in (Group.DAY, Group.MONTH) and (is_descending or by not in ("date", "added"))
    keys = sorted({key(clip) for clip in clips_}, reverse=is_newest_first)
    return [(one, [clip.sha1 for clip in clips_ if key(clip) == one]) for one in keys]


def listed(service: LibraryService, group: Group, sort: str, **more: Any) -> list[tuple[str, list[str]]]:
    """Buckets with the SHA-1s of their assets, as the service says, page by page."""
    buckets = service.buckets(LOCAL, ListRequest(group=group, sort=sort, **more))
    sha1s: list[str] = []
    while True:
        page = service.page(LOCAL, PageRequest(group=group, sort=sort, position=len(sha1s), limit=7, **more))
        assert (page.stamp, page.total, page.first) == (buckets.stamp, buckets.total, len(sha1s))
        if not page.assets:
            break
        sha1s += [asset.sha1 for asset in page.assets]
    assert len(sha1s) == buckets.total == sum(one.count for one in buckets.buckets)
    named = [one.label if group is Group.FOLDER else one.key for one in buckets.buckets]
    begins = [sum(one.count for one in buckets.buckets[:at]) for at in range(len(named))]
    return [
        (name, sha1s[begin : begin + one.count])
        for name, begin, one in zip(named, begins, buckets.buckets, strict=True)
    ]


@pytest.mark.parametrize("group", Group)
def test_lists_are_sorted_within_their_buckets(library: Searching, group: Group) -> None:
    service, found = library.services.get(LibraryService), clips(library)
    for sort in SORTS:
        assert listed(service, group, sort) == expected(found, group, sort), sort


def test_a_page_begins_anywhere(library: Searching) -> None:
    service = library.services.get(LibraryService)
    every = service.sha1s(LOCAL, PageRequest(), 1000)
    assert (len(every.sha1s), every.total, every.first) == (60, 60, 0)
    buckets = service.buckets(LOCAL, ListRequest()).buckets
    begin = buckets[0].count + buckets[1].count
    inside = service.page(LOCAL, PageRequest(bucket=buckets[2].key, position=1, limit=3))
    assert inside.first == begin + 1
    assert [one.sha1 for one in inside.assets] == list(every.sha1s[begin + 1 : begin + 4])
    before = service.sha1s(LOCAL, PageRequest(at=every.sha1s[30], position=-5), 10)
    assert (before.first, before.sha1s) == (25, every.sha1s[25:35])
    assert service.page(LOCAL, PageRequest(at=every.sha1s[2], position=-5)).first == 0
    assert service.page(LOCAL, PageRequest(position=1000)).assets == ()


def test_a_page_says_the_ratings_and_labels_of_its_assets_alone(library: Searching) -> None:
    service, metadata = library.services.get(LibraryService), library.services.get(MetadataService)
    first, second, third = (one.sha1 for one in service.page(LOCAL, PageRequest(limit=3)).assets)
    metadata.edit(LOCAL, first, AssetEdit(set={"rating": 4, "label": "Red", "title": "not shown"}))
    metadata.edit(LOCAL, third, AssetEdit(set={"rating": 0}))
    try:
        marks = service.page(LOCAL, PageRequest(limit=3)).marks
        assert marks == {
            first: (
                Mark(field="rating", label="Rating", number=4.0),
                Mark(field="label", label="Colour label", text="Red"),
            ),
            third: (Mark(field="rating", label="Rating", number=0.0),),
        }
        assert service.page(LOCAL, PageRequest(limit=1, at=second)).marks == {}
        assert service.marks(LOCAL, [first, second, third, "0" * 40]).marks == marks
    finally:
        metadata.edit(LOCAL, first, AssetEdit(unset=("rating", "label", "title")))
        metadata.edit(LOCAL, third, AssetEdit(unset=("rating",)))
    assert service.page(LOCAL, PageRequest()).marks == {}


def test_filters_narrow_a_list(library: Searching) -> None:
    service, found = library.services.get(LibraryService), clips(library)
    filters = {"where": ("lines=720",), "camera": ("arri",)}
    mine = [one for one in found if one.lines == 720 and one.camera == CAMERAS[1]]
    assert 0 < len(mine) < len(found)
    for sort in ("-date", "name"):
        assert listed(service, Group.FOLDER, sort, filters=filters) == expected(mine, Group.FOLDER, sort)


def test_what_is_wrong_is_said(library: Searching) -> None:
    service = library.services.get(LibraryService)
    for request, code in (
        (PageRequest(sort="no_such"), "library.sort_invalid"),
        (PageRequest(sort="recorded_on"), "library.sort_invalid"),
        (PageRequest(bucket="1999-01-01"), "library.bucket_unknown"),
        (PageRequest(bucket="", at="abcd"), "library.place_twice"),
        (PageRequest(at="0" * 40), "asset.not_found"),
        (PageRequest(at=clips(library)[0].sha1, filters={"where": ("lines=1",)}), "library.asset_not_listed"),
    ):
        with pytest.raises((InvalidInput, NotFound)) as problem:
            service.page(LOCAL, request)
        assert problem.value.code == code


def test_lists_know_what_was_written_just_now(library: Searching) -> None:
    service = library.services.get(LibraryService)
    everything = [(group, sort) for group in Group for sort in ("-date", "name", "size")]
    before = {one: service.buckets(LOCAL, ListRequest(group=one[0], sort=one[1])).stamp for one in everything}
    library.add("day3/aa.mov", info=media(camera="Bolex H16", recorded=datetime(2020, 1, 1, tzinfo=UTC)))
    for group, sort in everything:
        assert service.buckets(LOCAL, ListRequest(group=group, sort=sort)).stamp != before[group, sort]
        assert listed(service, group, sort) == expected(clips(library), group, sort)
    sha1 = clips(library)[0].sha1
    metadata = library.services.get(MetadataService)
    metadata.edit(LOCAL, sha1, AssetEdit(set={"shot_on": "1999-05-17"}))
    last_bucket = service.buckets(LOCAL, ListRequest()).buckets[-1]
    assert (last_bucket.key, last_bucket.count) == ("1999-05-17", 1)
    assert service.page(LOCAL, PageRequest(bucket="1999-05-17")).assets[0].sha1 == sha1
    metadata.edit(LOCAL, sha1, AssetEdit(unset=("shot_on",)))


def test_an_asset_stands_in_the_folder_of_its_first_present_file(library: Searching) -> None:
    service = library.services.get(LibraryService)
    clip = next(one for one in clips(library) if one.folder.endswith("day0"))
    copy = library.root / "copies" / "zz.mov"
    copy.parent.mkdir()
    copy.write_bytes(b"copy")
    library.catalog.add_video(copy, clip.sha1, None)
    with library.catalog.database.read() as connection:
        [first] = connection.execute(
            select(LOCATION.c.id).where(LOCATION.c.version_id == clip.version, LOCATION.c.name == clip.name)
        ).scalars()

    def folder() -> str:
        buckets = service.buckets(LOCAL, ListRequest(group=Group.FOLDER, sort="name")).buckets
        position = service.page(LOCAL, PageRequest(group=Group.FOLDER, sort="name", at=clip.sha1)).first
        for one in buckets:
            if position < one.count:
                return one.label
            position -= one.count
        raise AssertionError

    assert folder() == clip.folder
    with library.catalog.database.write() as connection:
        connection.execute(LOCATION.update().where(LOCATION.c.id == first).values(missed_by=7))
        assert mark_missing(connection, 7, [LocationId(first)]) == 1
    assert folder() == str(copy.parent)
    with library.catalog.database.write() as connection:
        restore(connection, [LocationId(first)], 7)
    assert folder() == clip.folder


class OneFolder:
    """Everybody sees the folder of one name."""

    def __init__(self, library: Searching, name: str) -> None:
        database = library.catalog.database
        folders = select(FOLDER.c.id).where(FOLDER.c.path == name)
        versions = select(LOCATION.c.version_id).where(LOCATION.c.folder_id.in_(folders))

        def numbers(query: Any) -> list[int]:
            with database.read() as connection:
                return list(connection.execute(query).scalars())

        self._view = View(
            folder_ids=folders,
            version_ids=versions,
            asset_ids=select(VERSION.c.asset_id).where(VERSION.c.id.in_(versions)),
            places=((1, name),),
            read_mask=lambda: AssetSet(numbers(versions)),
            read_folders=lambda: frozenset(numbers(folders)),
            key=name,
        )

    def of(self, actor: Actor) -> View:
        """See Visibility."""
        return self._view


@pytest.mark.parametrize("name", ["copies", "day1"])
def test_who_sees_a_part_is_told_of_that_part(library: Searching, name: str) -> None:
    """Neither folders nor names of files that are not visible appear, or decide on an order."""
    database = library.catalog.database
    visibility = OneFolder(library, name)
    resolver = FilterResolver(database, FilterRegistry(), visibility)
    assets = library.services.get(AssetRepository)
    service = LibraryService(
        database,
        assets,
        resolver,
        library.services.get(LibraryFields),
        library.services.get(ValueRepository),
        visibility,
    )
    folder = str(library.root / name)
    found = clips(library)
    with database.read() as connection:
        joined = LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
        query = (
            select(LOCATION.c.version_id, LOCATION.c.name).select_from(joined).where(FOLDER.c.path == name)
        )
        names = {row[0]: row[1] for row in connection.execute(query)}
    mine = [one._replace(folder=folder, name=names[one.version]) for one in found if one.version in names]
    assert 0 < len(mine) < len(found)
    for group in Group:
        for sort in ("-date", "name", "-name"):
            assert listed(service, group, sort) == expected(mine, group, sort)
    every = [
        one.sha1 for one in library.services.get(LibraryService).page(LOCAL, PageRequest(limit=200)).assets
    ]
    seen = {one.sha1 for one in service.page(LOCAL, PageRequest(limit=200)).assets}
    rated = next(one for one in every if one in seen), next(one for one in every if one not in seen)
    metadata = library.services.get(MetadataService)
    try:
        for sha1 in rated:
            metadata.edit(LOCAL, sha1, AssetEdit(set={"rating": 3}))
        assert set(service.marks(LOCAL, rated).marks) == {rated[0]}
    finally:
        for sha1 in rated:
            metadata.edit(LOCAL, sha1, AssetEdit(unset=("rating",)))
