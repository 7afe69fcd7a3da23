"""A library with metadata of any size: assets with facts and 20 values each, the same for the same seed.

What people filter by has few different values, distributed as in real libraries: a few projects with most of the assets,
many with few. Values of people, imports, sidecars and files occur; one asset in ten has a title from its file below a
person's.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, text

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.metadata.schema import FieldDeclaration, Schema, default_schema
from dampipe.features.metadata.tables import SCHEMA, VALUE
from dampipe.features.metadata.values import fold
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import VOCABULARY
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.field import FieldType

BLOCK = 10_000
"""Assets that are made and written at a time."""
KEYWORDS = 500
"""Terms of the vocabulary `keywords`."""
VALUES_EACH = 20
"""Values of each asset that count."""

_SCHEMA_KEY = FieldDeclaration(
    key="keywords",
    label="Keywords",
    type=FieldType.TERM,
    vocabulary="keywords",
    multiple=True,
    facet=True,
    searchable=True,
)
_MORE_FACETS = ("shot", "take", "copyright")
"""With those of the default schema and `keywords`, which assets have, they are 20."""
_CITIES = tuple(
    f"{name} {kind}"
    for name in ("North", "South", "East", "West", "Upper")
    for kind in ("Bay", "Hill", "Port", "Ford", "Field", "Moor")
)
_COUNTRIES = ("Norway", "Italy", "Japan", "Chile", "Kenya", "Canada", "Iceland", "Portugal")
_LABELS = ("Red", "Yellow", "Green", "Blue", "Purple")
_CAMERAS = (
    "Sony FX3",
    "Sony A7S III",
    "ARRI Alexa Mini",
    "RED Komodo",
    "Canon R5",
    "DJI Mavic 3",
    "GoPro 12",
    "Panasonic S1H",
)
_CODECS = ("h264", "hevc", "prores", "dnxhd", "mjpeg")
_WORDS = (
    *("beach", "road", "night", "rain", "crowd", "market", "harbour", "mountain"),
    *("river", "train", "dance", "forest", "snow", "desert", "studio", "interview"),
)
_STARS = [0.35, 0.1, 0.15, 0.2, 0.15, 0.05]
"""Shares of the ratings from 0 to 5."""
_SECONDS = 1_600_000_000.0
_VALUE = (
    "asset_id",
    "field",
    "source",
    "position",
    "state",
    "is_effective",
    "text",
    "folded",
    "number",
    "term_id",
    "actor",
    "at",
)
_VERSION = (
    "id",
    "asset_id",
    "sha1",
    "size",
    "name",
    "added_at",
    "kind",
    "duration",
    "codec",
    "camera",
    "width",
    "height",
    "recorded_at",
)


def fill(
    database: Database, assets: int, seed: int = 7, *, defer_indexes: bool = False, only_ratings: bool = False
) -> None:
    """Write the library into an empty catalogue, whose assets and versions get the numbers from 1.

    defer_indexes: drop the indexes of values and make them at the end, which is faster for many assets.
    only_ratings: leave out all other values.
    """
    with database.write() as connection:
        terms = _prepare(database, connection)
    indexes = [index for index in VALUE.indexes if defer_indexes]
    with database.write() as connection:
        for index in indexes:
            index.drop(connection)
    for start in range(1, assets + 1, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, assets + 1))
        rng = np.random.default_rng([seed, start])
        with database.write() as connection:
            insert_rows(
                database, connection, ASSET.name, ("id", "added_at"), [(int(n), _SECONDS) for n in numbers]
            )
            insert_rows(database, connection, VERSION.name, _VERSION, _versions(numbers, rng))
            values = _ratings(numbers, rng) if only_ratings else _values(numbers, terms, rng)
            insert_rows(database, connection, VALUE.name, _VALUE, list(values))
    with database.write() as connection:
        for index in indexes:
            index.create(connection)
        if not database.is_sqlite:
            for table in ("asset", "version", "value"):
                name = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(text(f"SELECT setval({name}, (SELECT max(id) FROM {table}))"))
        connection.execute(text("ANALYZE"))


def _prepare(database: Database, connection: Connection) -> list[int]:
    """Make the vocabulary and the schema; returns the terms."""
    vocabulary = {
        "key": "keywords",
        "label": "Keywords",
        "is_open": True,
        "languages": '["en"]',
        "created_at": 1.0,
    }
    connection.execute(insert(VOCABULARY).values(vocabulary))
    labels = [f"{_WORDS[n % len(_WORDS)]} {n}" for n in range(KEYWORDS)]
    terms = TermRepository(database).add_many(connection, "keywords", labels, LOCAL)
    default = (
        one.model_copy(update={"facet": one.facet or one.key in _MORE_FACETS})
        for one in default_schema().field
    )
    schema = Schema(field=(*default, _SCHEMA_KEY))
    row = {
        "version": 1,
        "fields": schema.to_json(),
        "at": 1.0,
        "actor": "local",
        "summary": "",
        "state": "{}",
    }
    connection.execute(insert(SCHEMA).values(row))
    return [terms[label] for label in labels]


def _versions(numbers: Any, rng: np.random.Generator) -> list[tuple[Any, ...]]:
    size = len(numbers)
    cameras, codecs = _skewed(rng, len(_CAMERAS), size), _skewed(rng, len(_CODECS), size)
    uhd, upright = rng.random(size) < 0.6, rng.random(size) < 0.1
    lengths, times = rng.gamma(2.0, 15.0, size).round(2), rng.integers(0, 4 * 365 * 86400, size)
    rows = []
    for at, number in enumerate(numbers.tolist()):
        picture = (3840, 2160) if uhd[at] else (1920, 1080)
        width, height = reversed(picture) if upright[at] else picture
        facts = ("video", float(lengths[at]), _CODECS[codecs[at]], _CAMERAS[cameras[at]], width, height)
        identity = (number, number, f"{number:040x}", 1_000_000 + number, f"A{number:07d}.mov", _SECONDS)
        rows.append((*identity, *facts, _SECONDS + int(times[at])))
    return rows


def _ratings(numbers: Any, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    stars = rng.choice(6, len(numbers), p=_STARS).tolist()
    for number, count in zip(numbers.tolist(), stars, strict=True):
        yield (
            *(number, "rating", "person", 0, "accepted", True, None, None),
            *(float(count), None, "user:ben", _SECONDS),
        )


def _values(numbers: Any, terms: Sequence[int], rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    size = len(numbers)
    picks = {
        name: _skewed(rng, many, size).tolist()
        for name, many in {
            "project": 200,
            "client": 60,
            "reel": 2000,
            "scene": 120,
            "creator": 40,
            "city": len(_CITIES),
        }.items()
    }
    ratings = rng.choice(6, size, p=_STARS).tolist()
    labels, countries = rng.integers(0, 5, size).tolist(), _skewed(rng, len(_COUNTRIES), size).tolist()
    takes, good = rng.integers(1, 12, size).tolist(), (rng.random(size) < 0.3).tolist()
    words = rng.integers(0, len(_WORDS), (size, 6)).tolist()
    days = rng.integers(0, 4 * 365, size).tolist()
    keywords = (_skewed(rng, len(terms) // 3, (size, 3)) * 3 + np.arange(3)).tolist()
    for at, number in enumerate(numbers.tolist()):
        said = [_WORDS[word] for word in words[at]]
        title = f"{said[0]} {said[1]} {number}"
        day = np.datetime64("2020-09-13") + days[at]
        texts = {
            "title": title,
            "description": f"{' '.join(said)}, seen from the {said[2]} at the {said[4]}.",
            "label": _LABELS[labels[at]],
            "project": f"Project {picks['project'][at]}",
            "client": f"Client {picks['client'][at]}",
            "reel": f"R{picks['reel'][at]:04d}",
            "scene": f"{picks['scene'][at]}",
            "shot": f"{picks['scene'][at]}-{takes[at]}",
            "location": f"{said[3]} {picks['city'][at]}",
            "city": _CITIES[picks["city"][at]],
            "country": _COUNTRIES[countries[at]],
            "creator": f"Person {picks['creator'][at]}",
            "copyright": f"© Client {picks['client'][at]}",
        }
        for key, value in texts.items():
            source, actor = ("person", "user:anna") if key in ("title", "label") else ("import", "import")
            yield (number, key, source, 0, "accepted", True, value, fold(value), None, None, actor, _SECONDS)
        if number % 10 == 0:
            name = f"A{number:07d}"
            yield (
                number,
                "title",
                "file",
                0,
                "accepted",
                False,
                name,
                fold(name),
                None,
                None,
                "file",
                _SECONDS,
            )
        for key, count in (("rating", ratings[at]), ("take", takes[at]), ("good_take", int(good[at]))):
            yield (
                number,
                key,
                "person",
                0,
                "accepted",
                True,
                None,
                None,
                float(count),
                None,
                "user:ben",
                _SECONDS,
            )
        first = float(day.astype("datetime64[s]").astype(int))
        yield (
            number,
            "shot_on",
            "sidecar",
            0,
            "accepted",
            True,
            str(day),
            None,
            first,
            None,
            "sidecar",
            _SECONDS,
        )
        for position, keyword in enumerate(keywords[at]):
            term = terms[keyword]
            yield (
                number,
                "keywords",
                "person",
                position,
                "accepted",
                True,
                None,
                None,
                None,
                term,
                "user:anna",
                _SECONDS,
            )


def _skewed(rng: np.random.Generator, many: int, size: Any) -> Any:
    """Numbers below `many`, of which the small ones are much more frequent."""
    return np.minimum((many * rng.random(size) ** 3).astype(int), many - 1)


def insert_rows(
    database: Database,
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Write rows as fast as the database takes them."""
    names = ", ".join(columns)
    driver: Any = connection.connection.driver_connection
    if database.is_sqlite:
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        return
    with driver.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def digest(connection: Connection) -> str:
    """What the library holds, in few letters: equal for equal libraries."""
    counts = connection.execute(
        text(
            "SELECT field, count(*), count(DISTINCT coalesce(text, '')), sum(coalesce(number, 0)),"
            " sum(coalesce(term_id, 0)) FROM value GROUP BY field ORDER BY field"
        )
    )
    return json.dumps([[row[0], row[1], row[2], float(row[3]), int(row[4])] for row in counts])
