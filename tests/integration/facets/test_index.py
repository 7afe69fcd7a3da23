"""The facet index over both databases: who writes marks, several processes, processes that are killed."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from dampipe.features.assets.contents import delete_versions
from dampipe.features.assets.lineage import absorb, detach, locked_facts
from dampipe.features.assets.tables import VERSION
from dampipe.features.facets import index
from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.sweep import FacetSweep
from dampipe.features.facets.tables import FACET_POSTING, FACET_TEXT, FACET_VERSION
from dampipe.features.facets.text_cache import TextCache
from dampipe.features.facets.texts import texts_of
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.facets.tables import DIRTY_FACETS
from tests.support.described import Described
from tests.support.faceted import SCHEMA, Faceted, change_something
from tests.support.table_writes import calls, writers

MARKS = {"mark_assets", "mark_versions", "mark_selected_assets", "mark_selected_versions"}
UNMARKED = {
    "dampipe/features/assets/lineage.py:make_current": "the index holds all versions",
    "dampipe/features/assets/lineage.py:settle": "which asset a provisional one replaces is no fact",
    "dampipe/features/assets/contents.py:_ADD_ASSET": "ensure_version runs it, and marks the version",
    "dampipe/features/assets/contents.py:_add_version": "ensure_version runs it, and marks",
    "dampipe/features/assets/savers.py:_SHOTS": "shots are no fact",
    "dampipe/features/metadata/queries.py:ValueRepository._recomputed": "write and recompute run it, and mark",
    "dampipe/features/metadata/queries.py:ValueRepository.rename_field": "the plan has another field then",
}
"""Writes of assets, versions and values that need no mark, and why."""


def test_every_write_of_values_and_facts_marks_or_says_why_not() -> None:
    found = {label.removeprefix("dampipe/") for label in UNMARKED}
    for label in writers({"asset", "version", "value"}):
        short = label.removeprefix("dampipe/")
        if short in found:
            found.remove(short)
        else:
            assert calls(label) & MARKS, f"{label} changes what the facet index holds, and marks nothing"
    assert not found, "these writes no longer exist"


def lock_two(faceted: Faceted, work: Any) -> Any:
    with faceted.database.write() as connection:
        facts = locked_facts(connection, [1, 2])
        return work(connection, facts[1], facts.get(2))


def test_assets_that_become_one_and_two_again_have_their_values(faceted: Faceted) -> None:
    faceted.edit(1, city="Rome")
    faceted.edit(2, city="Paris")
    one, two = 1 + Described.SHIFT, 2 + Described.SHIFT
    assert faceted.both_ways("city=Rome")[0] == [one]
    lock_two(faceted, lambda connection, first, second: absorb(connection, second, first, 3.0))
    assert faceted.both_ways("city=Rome") == ([one, two], [one, two])
    lock_two(
        faceted,
        lambda connection, first, _: detach(connection, [two], two, first, asset=2, added_at=3.0),
    )
    assert faceted.both_ways("city=Rome") == ([one], [one])
    faceted.assert_as_rebuilt()


@pytest.mark.parametrize("looked_up", [0, 500])
def test_versions_of_assets_are_known_through_all_that_becomes_of_them(
    faceted: Faceted, monkeypatch: pytest.MonkeyPatch, looked_up: int
) -> None:
    """By the index (0), and by SQL."""
    monkeypatch.setattr(index, "LOOKED_UP", looked_up)
    one, two = 1 + Described.SHIFT, 2 + Described.SHIFT

    def owned() -> tuple[set[int], set[int]]:
        known = set(faceted.index.versions_of(AssetSet([1])))
        return known, set(faceted.index.assets_of(AssetSet([one, two, 10**6])))

    assert owned() == ({one}, {1, 2})
    lock_two(faceted, lambda connection, first, second: absorb(connection, second, first, 3.0))
    assert owned() == ({one, two}, {1})
    lock_two(
        faceted,
        lambda connection, first, _: detach(connection, [two], two, first, asset=2, added_at=3.0),
    )
    assert owned() == ({one}, {1, 2})
    with faceted.database.write() as connection:
        delete_versions(connection, [one], VERSION.c.id > 0)
    with monkeypatch.context() as patch:
        patch.setattr(index, "BY_READERS", 0)  # no reader refreshes the index
        assert owned() == (set(), {2})
    assert owned() == (set(), {2})
    faceted.assert_as_rebuilt()


def test_deleted_versions_are_in_no_set(faceted: Faceted) -> None:
    faceted.edit(1, city="Rome")
    assert len(faceted.both_ways("city=Rome")[0]) == 1
    with faceted.database.write() as connection:
        delete_versions(connection, [1 + Described.SHIFT], VERSION.c.id > 0)
    assert faceted.both_ways("not city=Paris")[0] == [n + Described.SHIFT for n in (2, 3, 4, 5)]
    assert faceted.both_ways("city=Rome") == ([], [])
    faceted.assert_as_rebuilt()


def test_a_change_of_the_schema_is_followed(faceted: Faceted) -> None:
    faceted.edit(1, title="Sea", city="Rome", weight=3)
    faceted.find("has:title")
    changed = SCHEMA.replace('label = "Title"', 'label = "Title"\nfacet = true')
    changed = changed.replace('key = "city"', 'key = "town"\nrenamed_from = "city"')
    faceted.described.schema(changed.replace('unit = "kg"', 'unit = "kg"\nfacet = true'))
    assert faceted.counts("title") == {"Sea": 1}
    assert faceted.counts("town") == {"Rome": 1}
    assert faceted.counts("weight") == {"3": 1}
    assert faceted.find("town=rome") == [1]
    assert ("city", "rome") not in faceted.stored()
    faceted.assert_as_rebuilt()
    faceted.described.schema(SCHEMA.split('[[field]]\nkey = "iso"', maxsplit=1)[0], clear=frozenset({"town"}))
    faceted.index.refresh()
    assert not {field for field, _ in faceted.stored()} - {"", *_facts()} - {"title", "weight", "city"}
    faceted.assert_as_rebuilt()


def _facts() -> set[str]:
    from dampipe.kernel.field import declared_fields

    return set(declared_fields())


def test_a_restored_field_is_counted_again(faceted: Faceted) -> None:
    faceted.edit(1, city="Rome")
    without = SCHEMA.replace('[[field]]\nkey = "city"\nlabel = "City"\nfacet = true\n', "")
    faceted.described.schema(without, keep=frozenset({"city"}))
    faceted.index.refresh()
    assert ("city", "rome") not in faceted.stored()
    faceted.described.schema(SCHEMA)
    assert faceted.counts("city") == {"Rome": 1}


def test_another_process_reads_what_this_one_writes(faceted: Faceted) -> None:
    other = Database(faceted.database.url.render_as_string(hide_password=False))
    try:
        for round_ in range(4):
            faceted.edit(1 + round_, city="Rome")
            assert len(faceted.both_ways("city=rome", other)[0]) == round_ + 1, (
                "it refreshes the index itself"
            )
            assert faceted.counts("city")["Rome"] == round_ + 1, "this one learns of it"
            faceted.edit(1 + round_, city=f"City {round_}")
            assert faceted.counts("city").get("Rome", 0) == round_
            assert len(faceted.both_ways("city=rome", other)[0]) == round_
            faceted.edit(1 + round_, city="Rome")
        faceted.index.clear()
        assert len(faceted.both_ways("city=rome", other)[0]) == 4
        assert len(faceted.both_ways("city=rome")[0]) == 4
    finally:
        other.close()


def test_writers_and_readers_at_once_lose_nothing(faceted: Faceted) -> None:
    url = faceted.database.url.render_as_string(hide_password=False)
    stop = time.monotonic() + 3

    def write(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(20):
            change_something(faceted, rng, 5)

    def read(_: int) -> int:
        database = Database(url)
        refreshed = 0
        try:
            while time.monotonic() < stop:
                refreshed += FacetIndex(database).refresh_some(3)
                time.sleep(0.01)
        finally:
            database.close()
        return refreshed

    with ThreadPoolExecutor(5) as pool:
        writing = [pool.submit(write, seed) for seed in range(3)]
        reading = [pool.submit(read, seed) for seed in range(2)]
        for one in writing:
            one.result()
        assert sum(one.result() for one in reading) > 0
    faceted.assert_as_rebuilt()


KILLED = """
import os, signal, sys
import dampipe.app.features
from dampipe.features.facets.index import FacetIndex
from dampipe.kernel.db.database import Database
from sqlalchemy import event

for after in map(int, sys.argv[2:]):
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        continue
    database, seen = Database(sys.argv[1]), [0]

    @event.listens_for(database.engine, "after_cursor_execute")
    def count(*_):
        seen[0] += 1
        if seen[0] == after:
            os.kill(os.getpid(), signal.SIGKILL)

    FacetIndex(database).refresh()
    os._exit(0)
"""


def test_a_refresh_that_is_killed_at_any_statement_loses_nothing(faceted: Faceted) -> None:
    faceted.index.refresh()
    faceted.edit(1, rating=4, city="Rome", keywords=("beach",))
    faceted.edit(2, people=("Anna",))
    before = faceted.stored()
    url = faceted.database.url.render_as_string(hide_password=False)
    statements = [str(number) for number in range(5, 25, 2)]
    made = subprocess.run(
        [sys.executable, "-c", KILLED, url, *statements],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    ends = [int(line) for line in made.stdout.split()]
    assert ends[0] == -signal.SIGKILL and ends.count(-signal.SIGKILL) >= 5, made.stderr
    if 0 not in ends:
        assert faceted.stored() == before, "all or nothing"
    assert faceted.find("city=Rome and rating=4 and keywords:coast") == [1]
    assert faceted.find("people=Anna") == [2]
    faceted.assert_as_rebuilt()


def test_the_sweep_refreshes_the_index(faceted: Faceted) -> None:
    faceted.edit(1, city="Rome")
    FacetSweep(faceted.database)()
    with faceted.database.read() as connection:
        assert connection.execute(select(DIRTY_FACETS.c.id)).first() is None
    assert faceted.stored()[("city", "rome")] == [1 + Described.SHIFT]


@pytest.mark.parametrize("most", [1, 10_000])
def test_texts_are_found_whether_they_are_kept_or_read_each_time(faceted: Faceted, most: int) -> None:
    cache = TextCache(most)

    def titles() -> list[tuple[int, bytes]]:
        with faceted.database.read() as connection:
            return [one for block in cache.read(connection, "title") for one in texts_of(block)]

    first, second = 1 + Described.SHIFT, 2 + Described.SHIFT
    faceted.edit(1, title="Sea")
    faceted.index.refresh()
    assert titles() == [(first, b"sea")]
    faceted.edit(2, title="Hills")
    faceted.index.refresh()
    assert titles() == [(first, b"sea"), (second, b"hills")]
    faceted.edit(1, title=None)
    faceted.index.refresh()
    assert titles() == [(second, b"hills")]
    faceted.index.clear()
    faceted.index.refresh()
    assert titles() == [(second, b"hills")]


def test_an_index_that_is_emptied_reads_each_version_once(faceted: Faceted) -> None:
    faceted.edit(1, city="Rome")
    faceted.index.clear()
    assert faceted.index.waiting(100) == 0
    versions = len(faceted.find("not city=Paris"))
    faceted.index.clear()
    assert faceted.index.refresh_some(1) == 1
    assert faceted.index.waiting(100) == versions - 1
    assert faceted.find("city=Rome") == [1]


def test_marks_of_all_versions_are_in_their_order(faceted: Faceted) -> None:
    for number in (900, 300, 600):
        faceted.add_version(2, number)
    faceted.index.clear()
    faceted.index.refresh_some(1)
    with faceted.database.read() as connection:
        marked = (
            connection.execute(select(DIRTY_FACETS.c.version_id).order_by(DIRTY_FACETS.c.id)).scalars().all()
        )
    assert marked == sorted(marked) and len(marked) >= 6


def test_one_write_rewrites_the_texts_of_its_block_and_field(faceted: Faceted) -> None:
    faceted.add_version(2, 200_000)
    for asset in (1, 2):
        faceted.edit(asset, title="Sea", notes="Waves")
    faceted.index.refresh()
    with faceted.database.read() as connection:
        before = connection.execute(select(FACET_TEXT)).all()
    faceted.edit(1, title="Hills", city="Rome")
    faceted.index.refresh()
    with faceted.database.read() as connection:
        changed = set(connection.execute(select(FACET_TEXT)).all()) - set(before)
    assert {(row.field, row.block) for row in changed} == {("title", 0)}


def test_a_text_that_becomes_a_facet_and_a_text_again_is_found(faceted: Faceted) -> None:
    faceted.edit(1, title="The Sea")
    faceted.find("title:sea")
    as_facet = SCHEMA.replace('label = "Title"', 'label = "Title"\nfacet = true')
    for schema in (as_facet, SCHEMA):
        faceted.described.schema(schema)
        assert faceted.find("title:sea") == [1]
        assert ("title" in faceted.texts()) == (schema is SCHEMA)
    faceted.assert_as_rebuilt()


def test_one_write_rewrites_a_chunk_of_the_keys_that_changed(faceted: Faceted) -> None:
    faceted.add_version(2, 200_000)
    for asset in (1, 2):
        faceted.edit(asset, rating=3, city="Rome")
    faceted.index.refresh()
    with faceted.database.read() as connection:
        before = connection.execute(select(FACET_POSTING)).all()
    faceted.edit(1, city="Paris")
    faceted.index.refresh()
    with faceted.database.read() as connection:
        changed = set(connection.execute(select(FACET_POSTING)).all()) - set(before)
        assert {row.chunk for row in changed} == {0} and len(changed) == 2, "of Rome and of Paris"
        assert connection.execute(select(FACET_VERSION)).all()
