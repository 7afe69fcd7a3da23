"""A library of any size, made within seconds: files in folders, dates, cameras and pictures, the same for the same seed.

The files are not there; all posters and sprites are one and the same stored picture. A folder holds fifty clips of a few
days. One clip in a hundred lies below the folder `one percent`, half of them below that or `half`.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy import insert, text

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.derivatives.tables import DERIVATIVE
from dampipe.features.metadata.tables import VALUE
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.database import Database
from dampipe.storage.blobs.base import BlobStore
from tests.support.many_values import insert_rows
from tests.support.searching import media

ROOT = "/mnt/footage"
BLOCK = 20_000
"""Clips that are made and written at a time."""
PICTURE, SPRITE, VTT = "00/large/poster.jpg", "00/large/sprite.jpg", "00/large/sprite.vtt"
_CAMERAS = ("Sony FX3", "ARRI Alexa Mini", "RED Komodo", "Canon R5", "DJI Mavic 3", "GoPro 12")
_FIRST = np.datetime64("2012-01-01").astype("datetime64[s]").astype(np.int64)
YEARS = 12
RATED = 20
"""Every twentieth has a rating, and says itself when it was shot."""


def sha1_of(number: int) -> str:
    """The SHA-1 of the clip with that number, from 1. Neighbours have nothing in common."""
    return f"{number * 2654435761 % 2**32:08x}{number:032x}"


def put_pictures(blobs: BlobStore) -> dict[str, int]:
    """Store the picture, and the sprite with its times; returns their sizes in bytes, by key."""
    with blobs.workspace() as folder:
        poster = Image.new("RGB", (384, 216), "#20476b")
        draw = ImageDraw.Draw(poster)
        draw.ellipse((130, 50, 250, 170), fill="#e8a33d")
        draw.rectangle((0, 180, 384, 216), fill="#3d6b20")
        poster.save(folder / "poster.jpg", quality=80)
        sprite = Image.new("RGB", (640, 180))
        for tile in range(8):
            sprite.paste(
                (30 * tile, 90, 200 - 20 * tile),
                (tile % 4 * 160, tile // 4 * 90, tile % 4 * 160 + 160, tile // 4 * 90 + 90),
            )
        sprite.save(folder / "sprite.jpg", quality=80)
        cues = (
            f"00:00:{4 * at:02}.000 --> 00:00:{4 * at + 4:02}.000\nsprite#xywh={at % 4 * 160},{at // 4 * 90},160,90\n"
            for at in range(8)
        )
        (folder / "sprite.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
        files = {PICTURE: "poster.jpg", SPRITE: "sprite.jpg", VTT: "sprite.vtt"}
        return {key: blobs.put(key, folder / name) for key, name in files.items()}


def fill_large(database: Database, assets: int, pictures: Mapping[str, int], seed: int = 3) -> None:
    """Write the clips into a catalogue that has none, numbers from 1, the first ones in January 2012. pictures: what
    `put_pictures` returned."""
    with database.write() as connection:
        source = {"name": "footage", "root": ROOT, "added_at": 1.0}
        source_id = connection.execute(insert(SOURCE).values(source).returning(SOURCE.c.id)).scalar_one()
    info = media(duration=32.0).model_dump_json()
    folders = 0
    for start in range(1, assets + 1, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, assets + 1))
        rng = np.random.default_rng([seed, start])
        dates = _dates(numbers, assets, rng)
        in_folders = (numbers - 1) // 100
        with database.write() as connection:
            made = range(folders, int(in_folders[-1]) + 1)
            folders = made.stop
            rows = [
                (2 * one + kind + 1, source_id, os.fsencode(path), "{}", True, 0)
                for one in made
                for kind, path in enumerate(_paths(one))
            ]
            insert_rows(
                database,
                connection,
                FOLDER.name,
                ("id", "source_id", "path", "sidecars", "is_regrouped", "sidecars_unread"),
                rows,
            )
            added = [1_700_000_000.0 + number for number in numbers.tolist()]
            insert_rows(
                database,
                connection,
                ASSET.name,
                ("id", "added_at"),
                list(zip(numbers.tolist(), added, strict=True)),
            )
            _add_versions(database, connection, numbers, dates, added, rng, info)
            _add_files(database, connection, numbers, in_folders, pictures)
            _add_values(database, connection, numbers, dates)
    with database.write() as connection:
        if not database.is_sqlite:
            for table in ("asset", "version", "folder", "location", "derivative", "value"):
                name = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(text(f"SELECT setval({name}, (SELECT max(id) FROM {table}))"))
        connection.execute(text("ANALYZE"))


def _dates(numbers: Any, assets: int, rng: np.random.Generator) -> Any:
    """More clips of late years than of early ones, some days with many."""
    share = ((numbers - 1) / assets) ** 0.6
    days = np.floor(share * YEARS * 365 / 2).astype(np.int64) * 2
    return _FIRST + days * 86_400 + 28_800 + rng.integers(0, 36_000, len(numbers))


def _paths(number: int) -> tuple[str, str]:
    """The two folders of a hundred clips, of those with even and with odd numbers."""
    part = "one percent" if number % 50 == 0 else "half"
    return f"{part}/card {number:05}", f"rest/card {number:05}"


def _add_versions(
    database: Database,
    connection: Any,
    numbers: Any,
    dates: Any,
    added: Sequence[float],
    rng: np.random.Generator,
    info: str,
) -> None:
    cameras = np.minimum((len(_CAMERAS) * rng.random(len(numbers)) ** 2).astype(int), len(_CAMERAS) - 1)
    lengths = rng.gamma(2.0, 15.0, len(numbers)).round(2).tolist()
    columns = (
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
        "media",
    )
    rows = [
        (
            number, number, sha1_of(number), 1_000_000 + number, _name(number), added[at], "video", lengths[at],
            "h264", _CAMERAS[cameras[at]], 1920, 1080, float(dates[at]) if number % 10 else None, info,
        )
        for at, number in enumerate(numbers.tolist())
    ]  # fmt: skip
    insert_rows(database, connection, VERSION.name, columns, rows)


def _name(number: int) -> str:
    return f"A{number % 1000:03}_C{number:07}.mov"


def _add_files(
    database: Database, connection: Any, numbers: Any, in_folders: Any, pictures: Mapping[str, int]
) -> None:
    columns = (
        "id",
        "folder_id",
        "name",
        "size",
        "mtime_ns",
        "inode",
        "state",
        "version_id",
        "is_named",
        "checksum",
        "token",
        "storage_state",
        "storage_class",
    )
    files = [
        (
            number,
            2 * int(folder) + 1 + number % 2,
            os.fsencode(_name(number)),
            1_000_000 + number,
            1,
            0,
            "present",
            number,
            False,
            "",
            "",
            "online",
            "",
        )
        for number, folder in zip(numbers.tolist(), in_folders.tolist(), strict=True)
    ]
    insert_rows(database, connection, LOCATION.name, columns, files)
    kinds = (
        ("poster", PICTURE, "image/jpeg"),
        ("sprite", SPRITE, "image/jpeg"),
        ("sprite_vtt", VTT, "text/vtt"),
    )
    columns = ("id", "version_id", "kind", "key", "recipe", "media_type", "size", "checked_at")
    made = [
        (3 * number + at, number, kind, key, "large", media_type, pictures[key], 0.0)
        for number in numbers.tolist()
        for at, (kind, key, media_type) in enumerate(kinds)
    ]
    insert_rows(database, connection, DERIVATIVE.name, columns, made)


def _add_values(database: Database, connection: Any, numbers: Any, dates: Any) -> None:
    columns = (
        "asset_id",
        "field",
        "source",
        "position",
        "state",
        "is_effective",
        "text",
        "number",
        "actor",
        "at",
    )
    rows = []
    for number, date in zip(numbers.tolist(), dates.tolist(), strict=True):
        if number % 10 == 0:
            day = str(np.datetime64(date, "s").astype("datetime64[D]"))
            rows.append(
                (number, "shot_on", "person", 0, "accepted", True, day, float(date), "user:anna", 1.0)
            )
        if number % RATED == 0:
            rows.append(
                (number, "rating", "person", 0, "accepted", True, None, float(number % 6), "user:anna", 1.0)
            )
    insert_rows(database, connection, VALUE.name, columns, rows)


def folder_of(number: int) -> Path:
    """Where the clip with that number is."""
    return Path(ROOT) / _paths((number - 1) // 100)[number % 2]
