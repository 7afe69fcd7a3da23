"""Rows of versions without files, each of an asset of its own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from dampipe.features.assets.tables import ASSET, VERSION


def insert_versions(connection: Connection, *rows: dict[str, Any]) -> None:
    """Insert rows of the table `version`, with `id`, each with an asset of the same number.

    Rows with an `asset_id` get the asset of that number, which is created unless an earlier row did so.
    """
    versions = [{"asset_id": row["id"], **row} for row in rows]
    known: set[int] = set()
    assets = [row for row in versions if not (row["asset_id"] in known or known.add(row["asset_id"]))]  # type: ignore[func-returns-value]
    connection.execute(
        ASSET.insert(), [{"id": row["asset_id"], "added_at": row["added_at"]} for row in assets]
    )
    for row in versions:
        connection.execute(VERSION.insert().values(row))


def insert_many_versions(connection: Connection, rows: Sequence[tuple[int, str, int, str, float]]) -> None:
    """As `insert_versions`, for many thousands given as (id, sha1, size, name, added_at)."""
    marks = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql(
        f"INSERT INTO asset (id, added_at) VALUES ({marks}, {marks})", [(row[0], row[4]) for row in rows]
    )
    connection.exec_driver_sql(
        f"INSERT INTO version (id, sha1, size, name, added_at, asset_id) VALUES ({', '.join([marks] * 6)})",
        [(*row, row[0]) for row in rows],
    )
