"""Rights restrict the question: what may not be shown leaves no trace in a result."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from sqlalchemy import text

from dampipe.features.assets.tables import VERSION
from dampipe.features.grouping.queries import GroupRepository
from dampipe.features.search.filters import FilterResolver, Visible
from dampipe.features.search.model import Found, SearchRequest
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import ALL, NONE, AssetSet
from dampipe.kernel.db.change_token import ChangeTokens
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.vision.query_arithmetic import MEANINGLESS
from tests.support.searching import Searching, media, sha1

COLOURS = ["red", "blue", "green", "yellow"]
SHOWN = [f"shown/{colour}{number}.mp4" for colour in COLOURS for number in range(3)]
HIDDEN = [f"secret/{colour}{number}.mp4" for colour in COLOURS for number in range(9)]


def numbers(library: Searching, names: list[str]) -> AssetSet:
    return library.catalog.vectors.numbers_of([sha1(name) for name in names])


def fill(library: Searching, names: list[str]) -> None:
    for name in names:
        colour = name.split("/")[1][:-5]
        library.add(name, [colour, "white"], media(camera="Secretcam" if "secret" in name else "Sony"))


@pytest.fixture(params=["index", "no index"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Searching, Searching]]:
    """A library with hidden assets, and the same one without them."""
    libraries = []
    for place, names in (("all", SHOWN[:6] + HIDDEN + SHOWN[6:]), ("shown", SHOWN)):
        library = Searching(f"sqlite:///{tmp_path / place}.sqlite", tmp_path / place)
        fill(library, names)
        if request.param == "index":
            library.storage.advance(library.embedder.fingerprint)
        libraries.append(library)
    yield libraries[0], libraries[1]
    for library in libraries:
        library.close()


def seen(found: Found) -> Any:
    """All that a result shows, without the roots of paths."""
    return (
        [
            (
                hit.asset,
                hit.name,
                hit.score,
                hit.weak,
                hit.words,
                [(m.time, m.score, m.weak) for m in hit.moments],
            )
            for hit in found.hits
        ],
        found.more,
        found.floor,
        found.weaker,
        found.warnings,
    )


QUERIES: list[dict[str, Any]] = [
    *({"words": colour} for colour in COLOURS),
    {"words": "red", "strong": True},
    {"words": "red", "flat": True, "limit": 4},
    {"words": "a meaningless question", "strong": True},
    {"words": "red", "filters": {"camera": ["sony"]}},
    {"words": "red", "filters": {"folder": ["shown"]}},
    {"words": "secret", "only": "words"},
    {"words": "red0", "only": "names"},
    {"words": "red", "without": ["blue"]},
    {"like": [sha1(SHOWN[0])]},
    {"like": [sha1(SHOWN[0]) + "@5"]},
    {},
    {"filters": {"camera": ["sony"]}},
    *({"words": "red", "limit": 3, "offset": offset} for offset in range(0, 15, 3)),
    *({"limit": 5, "offset": offset} for offset in (0, 5, 10)),
]


@pytest.mark.parametrize("is_sql", [True, False])
def test_a_result_is_that_of_a_library_without_what_is_hidden(
    pair: tuple[Searching, Searching], is_sql: bool
) -> None:
    """Order, scores, floors, weak marks, whether there are more: all as if the hidden assets did not exist."""
    library, alone = pair
    visible = numbers(library, SHOWN)
    where = VERSION.c.camera == "Sony" if is_sql else None
    rights = Visible(visible, where)
    for query in QUERIES:
        request = SearchRequest(**query)
        assert seen(library.search.find(LOCAL, request, rights)) == seen(alone.search.find(LOCAL, request)), (
            query
        )
        nothing = library.search.find(LOCAL, request, Visible(NONE)) if not request.like else None
        assert nothing is None or (nothing.hits, nothing.more, nothing.floor) == ((), False, None), query


def test_what_is_hidden_is_no_example(pair: tuple[Searching, Searching]) -> None:
    library, alone = pair
    rights = Visible(numbers(library, SHOWN))
    request = SearchRequest(like=(sha1(HIDDEN[0]),))
    with pytest.raises(NotFound) as hidden:
        library.search.find(LOCAL, request, rights)
    with pytest.raises(NotFound) as absent:
        alone.search.find(LOCAL, request)
    assert str(hidden.value) == str(absent.value)
    assert library.search.find(LOCAL, request).hits, "who may see it searches by it"


def test_floors_of_parts_of_the_library_are_computed_once_and_kept_apart(here: Searching) -> None:
    fill(here, SHOWN + HIDDEN)
    here.storage.advance(here.embedder.fingerprint)
    request = SearchRequest(words="red")
    some, others = (Visible(numbers(here, names)) for names in (SHOWN[:3], SHOWN[3:9]))
    with patch.object(here.storage, "highest", wraps=here.storage.highest) as highest:
        floors = [
            here.search.find(LOCAL, request, rights).floor
            for rights in (some, others, None, some, others, None)
        ]
        assert highest.call_count == 3
    assert floors[:3] == floors[3:]
    queries = here.embedder.words(list(MEANINGLESS))
    for floor, names in zip(floors, (SHOWN[:3], SHOWN[3:9], SHOWN + HIDDEN), strict=False):
        rows = np.concatenate([here.catalog.vectors.of(sha1(n), here.embedder.fingerprint)[2] for n in names])
        assert floor == pytest.approx(float((queries @ rows.T).max()), abs=1e-3)


def test_a_group_has_as_many_members_as_are_visible(here: Searching) -> None:
    for name in ("a.jpg", "a.mov", "a.dng"):
        here.add(f"day/{name}", ["red"], media())
    members = [sha1(f"day/{name}") for name in ("a.jpg", "a.mov", "a.dng")]
    with here.catalog.database.write() as connection:
        connection.execute(text("INSERT INTO asset_group (id, kind) VALUES (1, 'live')"))
        for position, asset in enumerate(sorted(here.catalog.vectors.numbers_of(members))):
            connection.execute(
                text(
                    "INSERT INTO group_member (version_id, group_id, role, position) VALUES (:a, 1, 'film', :p)"
                ),
                {"a": asset, "p": position},
            )
    groups = GroupRepository(here.catalog.database)
    assert {count for _, _, count in groups.of_assets(members).values()} == {3}
    two = here.catalog.vectors.numbers_of(members[:2])
    assert {count for _, _, count in groups.of_assets(members[:2], two).values()} == {2}
    one = here.catalog.vectors.numbers_of(members[:1])
    assert groups.of_assets(members[:1], one) == {}, "alone it is in no group"
    [hit] = here.search.find(LOCAL, SearchRequest(words="red"), Visible(one)).hits
    assert (hit.asset, hit.group) == (members[0], None)


def test_the_mask_of_a_filter_is_resolved_once_until_something_is_written(library: Searching) -> None:
    fill(library, SHOWN)
    red = [name for name in SHOWN if "red" in name]
    for name in red:
        library.catalog.tags.add("best", [library.catalog.assets.find(sha1(name)).id])
    reads: list[object] = []
    real = FilterResolver.mask.__globals__["read_ids"]

    def read_ids(*given: Any) -> Any:
        reads.append(given)
        return real(*given)

    def mask(**filters: Any) -> object:
        return library.filters.mask(library.filters.resolve(LOCAL, filters))

    with patch.dict(FilterResolver.mask.__globals__, {"read_ids": read_ids}):
        for _ in range(3):
            assert mask(tag=["best"]) == numbers(library, red)
            assert mask(folder=["shown"]) == numbers(library, SHOWN)
        assert len(reads) == 2
        library.catalog.tags.add("best", [library.catalog.assets.find(sha1(SHOWN[-1])).id])
        assert mask(tag=["best"]) == numbers(library, [*red, SHOWN[-1]])
        assert mask(tag=["best"]) == numbers(library, [*red, SHOWN[-1]])
        assert len(reads) == 3, "one reads what one wrote"
        rights = Visible(numbers(library, SHOWN[:4]))
        resolved = library.filters.resolve(LOCAL, {"tag": ["best"]}, visible=rights)
        assert library.filters.mask(resolved) == numbers(library, red)
        assert library.filters.mask(library.filters.resolve(LOCAL, {}, visible=rights)) == rights.versions
        assert library.filters.mask(library.filters.resolve(LOCAL, {})) is ALL
        assert len(reads) == 4


def test_a_change_token_changes_with_every_commit_and_only_then(library: Searching) -> None:
    """Those of this process, of other connections and threads; not a write that is rolled back, nor reads."""
    database = library.catalog.database
    tokens = ChangeTokens(database)
    other = Database(database.url.render_as_string(hide_password=False))
    before = tokens.current()
    assert before is not None
    with database.read() as connection:
        connection.execute(text("SELECT count(*) FROM source")).scalar()
    assert tokens.current() == before
    met = {before}
    for number, writer in enumerate(itertools.chain(*itertools.repeat((database, other), 5))):
        with writer.write() as connection:
            connection.execute(
                text("INSERT INTO query_vector (model, digest, data, kept_at) VALUES ('m', :d, :b, 0)"),
                {"d": str(number), "b": b""},
            )
        token = tokens.current()
        assert token not in met
        assert tokens.current() == token
        met.add(token)
    other.close()


def test_a_token_of_a_database_in_memory_never_claims_that_nothing_changed() -> None:
    assert ChangeTokens(Database("sqlite://")).current() is None
