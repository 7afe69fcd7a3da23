"""Files that belong together are one hit, wherever the group is made, changed or lost."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from dampipe.features.assets.service import AssetService
from dampipe.features.grouping.model import GroupKind, Role
from dampipe.features.grouping.queries import GroupRepository
from dampipe.features.grouping.sweep import GroupingSweep
from dampipe.features.grouping.tables import ASSET_GROUP
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.media.info import MediaInfo, MediaKind
from tests.support.pipeline import save_output
from tests.support.searching import Searching, media

WHEN = datetime(2020, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Searching]:
    made = Searching(catalogue_url, tmp_path)
    yield made
    made.close()


def add(here: Searching, path: str, info: MediaInfo, *colours: str) -> str:
    """A file as its probe leaves it."""
    sha1 = here.add(path, colours, info)
    save_output(here.catalog, here.catalog.assets.find(sha1).id, info)
    return sha1


def still(**more: object) -> MediaInfo:
    return media(MediaKind.STILL, duration=None, recorded=WHEN).model_copy(update=more)


def film(**more: object) -> MediaInfo:
    return media(duration=2.5, recorded=WHEN).model_copy(update=more)


def regroup(here: Searching) -> None:
    GroupingSweep(here.services.get(GroupRepository))()


def group(here: Searching, sha1: str) -> tuple[GroupKind, list[tuple[str, Role]]] | None:
    found = here.services.get(AssetService).show(LOCAL, sha1).group  # type: ignore[attr-defined]
    return None if found is None else (found.kind, [(member.name, member.role) for member in found.members])


def groups(here: Searching) -> int:
    with here.catalog.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(ASSET_GROUP)).scalar_one())


def test_parts_on_cards_are_one_recording_though_they_come_in_turn(here: Searching) -> None:
    """Each part of XDCAM EX has a folder of its own; those of P2 may be on several cards."""
    shot = {"recording_id": "060A2B340101010501010D2013000000"}
    for number in (1, 2, 3):
        name = f"829_0001_{number:02d}"
        last = add(here, f"card/BPAV/CLPR/{name}/{name}.MP4", film(), "red")
        add(here, f"card/BPAV/CLPR/829_000{number + 1}_01/829_000{number + 1}_01.MP4", film(), "red")
        clip = film(**shot, recording_offset=100 * (4 - number))
        first = add(here, f"p2-{number}/CONTENTS/VIDEO/00{number}AB.MXF", clip, "blue")
        regroup(here)
    primary, chapter = Role.PRIMARY, Role.CHAPTER
    parts = [("829_0001_01.MP4", primary), ("829_0001_02.MP4", chapter), ("829_0001_03.MP4", chapter)]
    assert group(here, last) == (GroupKind.CHAPTERS, parts)
    parts = [("003AB.MXF", primary), ("002AB.MXF", chapter), ("001AB.MXF", chapter)]
    assert group(here, first) == (GroupKind.CHAPTERS, parts)
    assert groups(here) == 2


def test_members_are_one_hit_with_their_number(here: Searching) -> None:
    add(here, "day1/a.JPG", still(), "red")
    raw = add(here, "day1/a.NEF", still(), "red")
    add(here, "day1/b.JPG", still(), "red")
    regroup(here)
    hits = here.find(kind="still").hits
    assert [(hit.name, hit.group and (hit.group.kind, hit.group.members)) for hit in hits] == [
        ("b.JPG", None),
        ("a.JPG", (GroupKind.RAW, 2)),
    ]
    assert group(here, raw) == (GroupKind.RAW, [("a.JPG", Role.PRIMARY), ("a.NEF", Role.RAW)])
    assert sorted(here.names("red")) in (["a.JPG", "b.JPG"], ["a.NEF", "b.JPG"])
    assert sorted(here.names("red", flat=True)) == ["a.JPG", "a.NEF", "b.JPG"]


def test_a_member_is_shown_where_the_primary_does_not_pass(here: Searching) -> None:
    add(here, "GX010001.MP4", media(codec="hevc"), "red")
    add(here, "GX020001.MP4", media(codec="h264"), "blue")
    regroup(here)
    assert here.names(kind="video") == ["GX010001.MP4"]
    assert here.names(codec="h264") == ["GX020001.MP4"]
    assert here.names("blue")[0] == "GX020001.MP4"  # the best member of the group, not the first one


def test_a_page_is_full_though_a_burst_ranks_first(here: Searching) -> None:
    for number in range(30):
        add(here, f"burst{number}.JPG", still(burst_id="ABCDEFGH"), "red")
    for number in range(3):
        add(here, f"single{number}.JPG", still(), "blue")
    regroup(here)
    found = here.find("red", limit=4, strong=False)
    assert [hit.group.members for hit in found.hits if hit.group] == [30]
    assert len(found.hits) == 4
    assert not found.more


def test_a_live_photo_is_one_across_folders(here: Searching) -> None:
    photo = add(here, "photos/a.HEIC", still(content_id="ABCDEFGH"))
    regroup(here)
    assert group(here, photo) is None
    add(here, "films/b.MOV", film(content_id="ABCDEFGH"))
    regroup(here)
    assert group(here, photo) == (GroupKind.LIVE, [("a.HEIC", Role.PRIMARY), ("b.MOV", Role.FILM)])


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_losing_one_member_keeps_the_rest(here: Searching, lost: int) -> None:
    names = ["GX010001.MP4", "GX020001.MP4", "GX030001.MP4"]
    sha1s = [add(here, name, media()) for name in names]
    regroup(here)
    assert groups(here) == 1
    set_state(here, names[lost], "missing")
    regroup(here)
    rest = [number for number in range(3) if number != lost]
    assert group(here, sha1s[lost]) is None
    assert group(here, sha1s[rest[1]]) == (
        GroupKind.CHAPTERS,
        [(names[rest[0]], Role.PRIMARY), (names[rest[1]], Role.CHAPTER)],
    )
    set_state(here, names[rest[0]], "missing")
    regroup(here)
    assert groups(here) == 0


def set_state(here: Searching, name: str, state: str) -> None:
    with here.catalog.database.write() as connection:
        connection.execute(update(LOCATION).where(LOCATION.c.name == name).values(state=state))
        connection.execute(update(FOLDER).values(is_regrouped=False))


def test_a_copy_of_one_member_elsewhere_keeps_the_group(here: Searching) -> None:
    photo = add(here, "card/a.JPG", still())
    add(here, "card/a.ARW", still())
    regroup(here)
    copy = here.root / "best/a.JPG"
    copy.parent.mkdir()
    copy.write_bytes(b"card/a.JPG")
    os.utime(copy, (WHEN.timestamp(), WHEN.timestamp()))
    here.catalog.add_video(copy, photo, still())
    save_output(here.catalog, here.catalog.assets.find(photo).id, still())
    regroup(here)
    assert group(here, photo) == (GroupKind.RAW, [("a.JPG", Role.PRIMARY), ("a.ARW", Role.RAW)])
    assert groups(here) == 1


def test_what_has_not_changed_is_not_read_again(here: Searching) -> None:
    add(here, "a.JPG", still())
    add(here, "a.ARW", still())
    repository = here.services.get(GroupRepository)
    assert repository.regroup(100) == 1
    assert repository.regroup(100) == 0


def test_a_unique_file_name_names_an_asset(here: Searching) -> None:
    sha1 = add(here, "day1/car.mp4", media(), "red")
    add(here, "day1/near.mp4", media(), "red")
    add(here, "day1/same.mp4", media())
    add(here, "day2/same.mp4", media())
    assets = here.services.get(AssetService)
    assert assets.sha1(LOCAL, "car.mp4") == sha1
    assert here.names(like=("car.mp4",)) == here.names(like=("car.mp4@0",)) == ["near.mp4"]
    with pytest.raises(InvalidInput) as ambiguous:
        assets.sha1(LOCAL, "same.mp4")
    assert ambiguous.value.code == "asset.ambiguous_name"
    assert all(str(here.root / day / "same.mp4") in str(ambiguous.value) for day in ("day1", "day2"))
    with pytest.raises(NotFound) as unknown:
        assets.sha1(LOCAL, "truck.mp4")
    assert unknown.value.code == "asset.name_not_found"


def test_a_name_that_may_be_a_sha1_is_found_too(here: Searching) -> None:
    sha1 = add(here, "decade", media())
    assert here.services.get(AssetService).sha1(LOCAL, "decade") == sha1


def test_the_same_content_under_one_name_twice_is_not_ambiguous(here: Searching) -> None:
    sha1 = add(here, "day1/a.mp4", media())
    copy = here.root / "day2/a.mp4"
    copy.parent.mkdir()
    copy.write_bytes(b"day1/a.mp4")
    here.catalog.add_video(copy, sha1, media())
    assert here.services.get(AssetService).sha1(LOCAL, "a.mp4") == sha1
