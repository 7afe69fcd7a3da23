"""The end of a walk, in one transaction: what vanished, what of it has only moved, and what is missing.

Nothing is guessed: a file has moved when exactly one vanished file and exactly one new file of a source
have the same size, time and inode. A source that lost too much loses nothing.
"""

from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, exists, func, literal, select, update

from dampipe.domain.assets import LocationState
from dampipe.domain.runs import RunState
from dampipe.domain.scans import Guard
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.findings import IN_ONE_QUERY, hash_run
from dampipe.storage.catalog.keys import RunKey
from dampipe.storage.catalog.tables import FOLDER, LOCATION, RUN, SCAN

_MOOT = [RunState.PENDING, RunState.FAILED, RunState.SKIPPED]
"""Hash runs that nobody needs once the file is gone; should it come back, it gets another."""
_VANISHED = "vanished"
"""State of a location between the first and the last statement of the transaction; nobody else sees it."""


@dataclass
class Tree:
    """A folder tree that was walked."""

    source: int
    path: str
    """Relative to the source's root, "" for all of it."""
    known: int
    """Files of the whole source that were there before."""
    seen: set[str] = field(default_factory=set)
    """Folders that were looked into."""
    gone: list[int] = field(default_factory=list)
    """Known locations that the folders seen do not hold any more."""
    unread: list[str] = field(default_factory=list)
    """Folders that could not be read: nothing is known of what lies below."""

    def holds(self, folder: str) -> bool:
        """Whether it can be said that a folder which was not seen is gone."""
        return _below(folder, self.path) and not any(_below(folder, path) for path in self.unread)


@dataclass(frozen=True)
class Loss:
    """A source that lost more than the guard lets pass."""

    source: int
    lost: int
    known: int


def conclude(
    database: Database, scan: int, trees: Sequence[Tree], guard: Guard | None, hash_key: RunKey
) -> list[Loss]:
    """Settle what the walk has found; returns the sources of which nothing was called missing.

    `guard`: None to believe every loss.
    """
    with database.write() as connection:
        for tree in trees:
            _mark_vanished(connection, tree)
        moved = _move(connection, scan)
        losses = _losses(connection, trees, guard)
        for loss in losses:
            mine = select(FOLDER.c.id).where(FOLDER.c.source_id == loss.source)
            connection.execute(
                update(LOCATION)
                .where(LOCATION.c.state == _VANISHED, LOCATION.c.folder_id.in_(mine))
                .values(state=LocationState.PRESENT)
            )
        vanished = select(LOCATION.c.id).where(LOCATION.c.state == _VANISHED)
        connection.execute(delete(RUN).where(RUN.c.location_id.in_(vanished), RUN.c.state.in_(_MOOT)))
        missing = connection.execute(
            update(LOCATION).where(LOCATION.c.state == _VANISHED).values(state=LocationState.MISSING)
        ).rowcount
        _identify_the_rest(connection, scan, hash_key)
        connection.execute(
            update(SCAN)
            .where(SCAN.c.id == scan)
            .values(new=SCAN.c.new - moved, moved=SCAN.c.moved + moved, missing=SCAN.c.missing + missing)
        )
    return losses


def _mark_vanished(connection: Connection, tree: Tree) -> None:
    rows = connection.execute(select(FOLDER.c.id, FOLDER.c.path).where(FOLDER.c.source_id == tree.source))
    unseen = [row.id for row in rows if row.path not in tree.seen and tree.holds(row.path)]
    for column, ids in ((LOCATION.c.folder_id, unseen), (LOCATION.c.id, tree.gone)):
        for some in _portions(ids):
            connection.execute(
                update(LOCATION)
                .where(column.in_(some), LOCATION.c.state == LocationState.PRESENT)
                .values(state=_VANISHED)
            )


def _move(connection: Connection, scan: int) -> int:
    """Give vanished locations the places of the new files that they are; returns how many."""
    new, old = LOCATION.alias("new"), LOCATION.alias("old")
    new_folder, old_folder = FOLDER.alias("new_folder"), FOLDER.alias("old_folder")
    looks = (new_folder.c.source_id, new.c.inode, new.c.size, new.c.mtime_ns)
    pairs = connection.execute(
        select(func.min(new.c.id), func.min(old.c.id))
        .select_from(
            new.join(new_folder, new_folder.c.id == new.c.folder_id)
            .join(
                old,
                (old.c.inode == new.c.inode)
                & (old.c.size == new.c.size)
                & (old.c.mtime_ns == new.c.mtime_ns),
            )
            .join(
                old_folder,
                (old_folder.c.id == old.c.folder_id) & (old_folder.c.source_id == new_folder.c.source_id),
            )
        )
        .where(
            new.c.scan_id == scan,
            new.c.asset_id.is_(None),
            new.c.state == LocationState.PRESENT,
            new.c.inode != 0,
            ~exists(select(literal(1)).where(RUN.c.location_id == new.c.id)),
            old.c.state.in_([_VANISHED, LocationState.MISSING]),
            old.c.asset_id.is_not(None),
        )
        .group_by(*looks)
        .having(func.count() == 1)
    )
    news, olds = array("q"), array("q")
    for row in pairs:
        news.append(row[0])
        olds.append(row[1])
    moved = LOCATION.update().where(LOCATION.c.id == bindparam("old"))
    to = {"folder_id": bindparam("folder"), "name": bindparam("file"), "state": LocationState.PRESENT}
    for start in range(0, len(news), IN_ONE_QUERY):
        becomes = dict(
            zip(news[start : start + IN_ONE_QUERY], olds[start : start + IN_ONE_QUERY], strict=True)
        )
        places = connection.execute(
            select(LOCATION.c.id, LOCATION.c.folder_id, LOCATION.c.name).where(LOCATION.c.id.in_(becomes))
        ).all()
        connection.execute(delete(LOCATION).where(LOCATION.c.id.in_(becomes)))
        connection.execute(
            moved.values(to),
            [{"old": becomes[row.id], "folder": row.folder_id, "file": row.name} for row in places],
        )
    return len(news)


def _losses(connection: Connection, trees: Iterable[Tree], guard: Guard | None) -> list[Loss]:
    if guard is None:
        return []
    losses = []
    for source, known in {tree.source: tree.known for tree in trees}.items():
        lost = connection.execute(
            select(func.count())
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id))
            .where(FOLDER.c.source_id == source, LOCATION.c.state == _VANISHED)
        ).scalar_one()
        if guard.is_alarmed(lost, known):
            losses.append(Loss(source, lost, known))
    return losses


def _identify_the_rest(connection: Connection, scan: int, key: RunKey) -> None:
    """A hash run for every file of the scan that looked like a known one and is not that one, moved."""
    values = hash_run(key)
    here = select(LOCATION.c.id, *(literal(value) for value in values.values())).where(
        LOCATION.c.scan_id == scan,
        LOCATION.c.asset_id.is_(None),
        LOCATION.c.state == LocationState.PRESENT,
        ~exists(select(literal(1)).where(RUN.c.location_id == LOCATION.c.id)),
    )
    connection.execute(RUN.insert().from_select(["location_id", *values], here))


def _below(folder: str, top: str) -> bool:
    return not top or folder == top or folder.startswith(f"{top}/")


def _portions(ids: Collection[int]) -> Iterable[list[int]]:
    listed = list(ids)
    return (listed[start : start + IN_ONE_QUERY] for start in range(0, len(listed), IN_ONE_QUERY))
