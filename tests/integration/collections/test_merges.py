"""Collections of assets that become one or two, by the real operations on versions."""

import json

from sqlalchemy import select

from dampipe.features.collections.merge import MERGE
from dampipe.features.collections.model import Chosen, CollectionChange
from dampipe.features.collections.tables import COLLECTION_ITEM
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.features.versions.model import SplitRequest, StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.ids import AssetId
from tests.integration.collections.test_items import subclip
from tests.support.gathered import Gathered, chosen
from tests.support.searching import sha1


def stack(here: Gathered, target: str, other: str) -> str:
    """What the operation says of collections."""
    request = StackRequest(asset=sha1(f"day/{target}.mp4"), others=(sha1(f"day/{other}.mp4"),))
    [done] = here.services.get(VersionService).stack(LOCAL, request)
    return done.metadata.get("collections", "")


def test_the_asset_that_stays_takes_the_places_of_the_other_once_in_each(here: Gathered) -> None:
    for name, files in (("One", "cab"), ("Two", "dbc"), ("Three", "ad")):
        here.make(name)
        here.put(name, files)
    here.collections.change(LOCAL, "Two", CollectionChange(cover=sha1("day/b.mp4")))
    assert stack(here, "a", "b") == "One, Two"
    assert (here.has("One"), here.has("Two"), here.has("Three")) == ("ca", "dac", "ad")
    assert here.collections.show(LOCAL, "Two").cover == sha1("day/a.mp4")
    here.services.get(VersionService).undo(LOCAL, sha1("day/a.mp4"))
    assert (here.has("One"), here.has("Two"), here.has("Three")) == ("cab", "dbc", "ad")
    assert here.collections.show(LOCAL, "Two").cover == sha1("day/b.mp4")


def test_the_undo_of_a_merge_keeps_what_was_done_since(here: Gathered) -> None:
    for name in ("One", "Two", "Three"):
        here.make(name)
        here.put(name, "bc")
    here.put("One", "a")
    stack(here, "a", "b")
    assert (here.has("One"), here.has("Two")) == ("ca", "ac")
    here.collections.delete(LOCAL, "One")
    here.things.remove(LOCAL, "Two", chosen("a"))
    here.services.get(VersionService).undo(LOCAL, sha1("day/a.mp4"))
    assert (here.has("Two"), here.has("Three")) == ("c", "bc")


def test_pins_and_exclusions_are_merged_too(here: Gathered) -> None:
    smart = here.make("Smart", filters={"kind": ("video",)}).id
    here.things.pin(LOCAL, smart, chosen("b"))
    here.things.exclude(LOCAL, smart, chosen("ac"))
    stack(here, "a", "b")
    assert "a" not in here.has(smart)  # that which stays was excluded
    stack(here, "d", "c")
    assert "d" not in here.has(smart)
    here.services.get(VersionService).undo(LOCAL, sha1("day/d.mp4"))
    here.services.get(VersionService).undo(LOCAL, sha1("day/a.mp4"))
    assert here.has(smart) == "bfed"


def test_an_asset_of_a_split_is_beside_the_one_that_it_came_from(here: Gathered) -> None:
    here.make("One")
    here.put("One", "cad")
    stack(here, "a", "b")
    here.services.get(VersionService).split(LOCAL, SplitRequest(version=sha1("day/b.mp4")))
    assert here.has("One") == "cabd"


def test_items_of_subclips_follow_the_asset_that_their_subclips_are_of(here: Gathered) -> None:
    """The owner of subclips is asked first, and gives them to the asset that stays."""
    here.make("One")
    number = subclip(here, "b")
    here.things.add(LOCAL, "One", Chosen(subclips=(number,), assets=(sha1("day/b.mp4"),)))
    here.put("One", "a")
    a, b = AssetId(1), AssetId(2)
    database = here.catalog.database

    def rows() -> list[tuple[int, int | None]]:
        with database.read() as connection:
            columns = (COLLECTION_ITEM.c.asset_id, COLLECTION_ITEM.c.subclip_id)
            found = connection.execute(select(*columns).order_by(COLLECTION_ITEM.c.position)).all()
        return [(row.asset_id, row.subclip_id) for row in found]

    before = rows()
    assert before == [(2, None), (2, number), (1, None)]
    of = SUBCLIP.update().where(SUBCLIP.c.id == number)
    with database.write() as connection:
        connection.execute(of.values(asset_id=a))
        kept = MERGE.merge(connection, database, b, a)
    assert rows() == [(1, number), (1, None)]
    with database.write() as connection:
        connection.execute(of.values(asset_id=b))
        MERGE.restore(connection, database, b, a, json.loads(json.dumps(kept.state)))
    assert rows() == before
    with database.write() as connection:  # a split: the subclip goes with its version
        connection.execute(of.values(asset_id=AssetId(3)))
        MERGE.copy(connection, database, b, AssetId(3))
    assert rows() == [(2, None), (3, None), (3, number), (1, None)]
