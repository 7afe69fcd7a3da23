"""Two editors at once: no update is lost, and none waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from dampipe.features.metadata.tables import OPERATION, VALUE
from dampipe.kernel.errors import Conflict
from tests.support.described import Described


def test_two_that_add_values_at_once_both_find_theirs(described: Described) -> None:
    start = Barrier(4)

    def add(number: int) -> None:
        start.wait()
        for turn in range(5):
            described.edit(1, add={"people": f"{number}-{turn}"})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    assert sorted(described.get(1, "people")) == sorted(f"{n}-{turn}" for n in range(4) for turn in range(5))


def test_of_two_that_read_the_same_version_one_is_refused(described: Described) -> None:
    for turn in range(5):
        read, start = described.version(1, "title"), Barrier(3)

        def edit(name: str, read: int = read, start: Barrier = start) -> bool:
            start.wait()
            try:
                described.edit(1, if_version={"title": read}, set={"title": name})
            except Conflict:
                return False
            return True

        names = [f"{name}{turn}" for name in "abc"]
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(edit, names))
        assert sum(done) == 1
        assert described.get(1, "title") == [names[done.index(True)]]


def test_bulk_edits_of_overlapping_assets_in_any_order_end(described: Described) -> None:
    start = Barrier(4)

    def edit(number: int) -> None:
        assets = [1, 2, 3, 4, 5]
        start.wait()
        for turn in range(4):
            described.bulk(
                *(reversed(assets) if number % 2 else assets),
                set={"rating": (number + turn) % 6, "city": f"{number}{turn}"},
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(edit, range(4)))
    with described.database.read() as connection:
        counts = select(func.count(), func.count(VALUE.c.asset_id.distinct())).where(
            VALUE.c.field == "rating"
        )
        assert tuple(connection.execute(counts).one()) == (5, 5)
        assert connection.execute(select(func.count()).where(OPERATION.c.changes == 0)).scalar() == 0
