"""The SQL of comments; with the journal of undo the only writer of `comment`, `comment_mention` and `comment_carry`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from dampipe.features.access.tables import USER
from dampipe.features.assets.errors import GONE_ASSET
from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.shown import ShownVersion, shown_versions, visible_sha1s
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.review.errors import COMMENT_UNKNOWN
from dampipe.features.review.model import Audience
from dampipe.features.review.tables import CARRY, COMMENT, MENTION
from dampipe.features.undo.journal import Edit, image, record
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.errors import NotFound
from dampipe.kernel.undo import Change
from dampipe.kernel.visibility import EVERYTHING, View

IS_THREAD = COMMENT.c.root_id.is_(None)
IS_OPEN = and_(IS_THREAD, COMMENT.c.resolved_at.is_(None))
TRIES = 10
"""A comment is followed to the asset that it has come to meanwhile."""


@dataclass(frozen=True)
class Sight:
    """Which comments an actor sees: those on the assets of its view, and as a guest none of those for the team."""

    view: View = EVERYTHING
    is_guest: bool = False

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on a row of `comment`, of a thread or a reply."""
        found = [self.view.shows_some_asset(COMMENT.c.asset_id)]
        if self.is_guest:
            root = COMMENT.alias("root")
            of_team = exists().where(root.c.id == COMMENT.c.root_id, root.c.audience == Audience.TEAM)
            found += [COMMENT.c.audience != Audience.TEAM, ~of_team]
        return found


@dataclass(frozen=True)
class Threads:
    """Which threads are meant."""

    assets: AssetSet | None = None
    resolved: bool | None = None
    kind: str | None = None
    author: str = ""
    since: float | None = None
    view: View = EVERYTHING
    is_guest: bool = False
    by_guests: bool = False
    numbers: Sequence[int] | None = None
    more: Sequence[ColumnElement[bool]] = field(default=())

    def where(self, database: Database) -> list[ColumnElement[bool]]:
        """The conditions on a row of `comment`."""
        is_few = self.assets is not None or self.numbers is not None
        shows = self.view.shows_some_asset if is_few else self.view.shows_asset
        found: list[ColumnElement[bool]] = [
            IS_THREAD,
            shows(COMMENT.c.asset_id),
            *self.more,
        ]
        if self.assets is not None:
            found.append(in_ids(database, COMMENT.c.asset_id, self.assets))
        if self.numbers is not None:
            found.append(in_ids(database, COMMENT.c.id, self.numbers))
        if self.resolved is not None:
            resolved = COMMENT.c.resolved_at
            found.append(resolved.is_not(None) if self.resolved else resolved.is_(None))
        if self.kind is not None:
            found.append(COMMENT.c.kind == self.kind)
        reply = COMMENT.alias("reply")
        shown = [] if not self.is_guest else [reply.c.audience != Audience.TEAM]
        if self.is_guest:
            found.append(COMMENT.c.audience != Audience.TEAM)
        if self.author:
            found.append(
                or_(
                    COMMENT.c.author_name == self.author,
                    exists().where(
                        reply.c.root_id == COMMENT.c.id, reply.c.author_name == self.author, *shown
                    ),
                )
            )
        if self.by_guests:
            found.append(
                or_(
                    COMMENT.c.author_link.is_not(None),
                    exists().where(reply.c.root_id == COMMENT.c.id, reply.c.author_link.is_not(None)),
                )
            )
        if self.since is not None:
            found.append(
                or_(
                    COMMENT.c.changed_at >= self.since,
                    exists().where(reply.c.root_id == COMMENT.c.id, reply.c.changed_at >= self.since, *shown),
                )
            )
        return found


class CommentRepository:
    """The comments of one library. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ---- reading

    def thread_of(self, number: int, sight: Sight) -> int:
        """The number of the comment that begins the thread of a visible comment. Raises NotFound."""
        mine = (COMMENT.c.id == number, *sight.conditions)
        with self._db.read() as connection:
            row = connection.execute(select(COMMENT.c.id, COMMENT.c.root_id).where(*mine)).first()
        if row is None:
            raise NotFound(COMMENT_UNKNOWN, number=number)
        return int(row.root_id or row.id)

    def places(self, threads: Threads, limit: int) -> Sequence[Row[Any]]:
        """Where threads are, without what they say: the newest, up to `limit`."""
        names = ("id", "version_id", "start_ticks", "end_ticks", "base")
        columns = [COMMENT.c[name] for name in names]
        query = select(*columns).where(*threads.where(self._db)).order_by(COMMENT.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            return connection.execute(query).all()

    def counts(self, threads: Threads) -> tuple[int, int]:
        """How many threads there are, and how many of them are open."""
        is_open = func.count().filter(COMMENT.c.resolved_at.is_(None))
        query = select(func.count(), is_open).select_from(COMMENT).where(*threads.where(self._db))
        with self._db.read() as connection:
            row = connection.execute(query).one()
        return int(row[0]), int(row[1])

    def newest(self, threads: Threads, limit: int, before: int | None) -> Sequence[Row[Any]]:
        """Threads, newest first. before: older than this one."""
        conditions = threads.where(self._db)
        if before is not None:
            conditions.append(COMMENT.c.id < before)
        query = select(COMMENT).where(*conditions).order_by(COMMENT.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            return connection.execute(query).all()

    def rows(self, numbers: Sequence[int]) -> dict[int, Row[Any]]:
        """Comments by number; those that are gone are left out."""
        found: dict[int, Row[Any]] = {}
        with self._db.read() as connection:
            for some in chunked(numbers):
                query = select(COMMENT).where(self._db.among(COMMENT.c.id, some))
                found |= {row.id: row for row in connection.execute(query)}
        return found

    def replies(self, threads: Sequence[int]) -> dict[int, list[Row[Any]]]:
        """The replies of threads, oldest first."""
        found: dict[int, list[Row[Any]]] = {}
        with self._db.read() as connection:
            for some in chunked(threads):
                query = select(COMMENT).where(self._db.among(COMMENT.c.root_id, some))
                for row in connection.execute(query.order_by(COMMENT.c.root_id, COMMENT.c.id)):
                    found.setdefault(row.root_id, []).append(row)
        return found

    def mentions_in(self, comments: Sequence[int]) -> dict[int, list[str]]:
        """The names of the users whom comments mention."""
        found: dict[int, list[str]] = {}
        joined = MENTION.join(USER, USER.c.id == MENTION.c.account_id)
        with self._db.read() as connection:
            for some in chunked(comments):
                query = select(MENTION.c.comment_id, USER.c.name).select_from(joined)
                mine = self._db.among(MENTION.c.comment_id, some)
                for row in connection.execute(query.where(mine).order_by(MENTION.c.id)):
                    found.setdefault(row.comment_id, []).append(row.name)
        return found

    def mentions(
        self, user: int | None, view: View, *, unread: bool, limit: int, before: int | None = None
    ) -> Sequence[Row[Any]]:
        """Mentions on visible assets, newest first. user: of this one; None: of all. before: in older comments."""
        columns = (MENTION.c.comment_id, MENTION.c.read_at, USER.c.name.label("user"), COMMENT)
        joined = MENTION.join(COMMENT, COMMENT.c.id == MENTION.c.comment_id).join(
            USER, USER.c.id == MENTION.c.account_id
        )
        query = select(*columns).select_from(joined).where(view.shows_some_asset(COMMENT.c.asset_id))
        if user is not None:
            query = query.where(MENTION.c.account_id == user)
        if unread:
            query = query.where(MENTION.c.read_at.is_(None))
        if before is not None:
            query = query.where(MENTION.c.comment_id < before)
        with self._db.read() as connection:
            return connection.execute(
                query.order_by(MENTION.c.comment_id.desc(), MENTION.c.id).limit(limit)
            ).all()

    def contents(self, versions: Iterable[int], view: View) -> dict[int | None, str]:
        """The SHA-1s of visible versions, by id."""
        with self._db.read() as connection:
            return visible_sha1s(connection, self._db, versions, view)

    def shown_versions(self, assets: Iterable[int], view: View) -> dict[int, ShownVersion]:
        """The version of each asset at which its comments are shown."""
        with self._db.read() as connection:
            return shown_versions(connection, self._db, assets, view)

    def open_threads(self, asset: int) -> int:
        """How many threads of an asset are open."""
        with self._db.read() as connection:
            query = select(func.count()).where(COMMENT.c.asset_id == asset, IS_OPEN)
            return int(connection.execute(query).scalar_one())

    def authors(self, view: View) -> list[str]:
        """The names of those who commented on visible assets."""
        query = select(COMMENT.c.author_name).where(view.shows_asset(COMMENT.c.asset_id)).distinct()
        with self._db.read() as connection:
            return list(connection.execute(query.order_by(COMMENT.c.author_name)).scalars())

    @staticmethod
    def is_visible(connection: Connection, asset: int, view: View) -> bool:
        """Whether an asset is visible."""
        query = select(ASSET.c.id).where(ASSET.c.id == asset, view.shows_some_asset(ASSET.c.id))
        return connection.execute(query).first() is not None

    # ---- writing, in the caller's transaction

    def hold_version(self, connection: Connection, version: int, view: View) -> int:
        """Keep the asset of a version from being merged or deleted; returns its number. Raises NotFound."""
        query = select(VERSION.c.asset_id).where(VERSION.c.id == version, view.shows_some(VERSION.c.id))
        for _ in range(TRIES):
            asset = connection.execute(query).scalar()
            if asset is None:
                break
            held = lock_assets(connection, [asset], Hold.EXISTENCE, view)
            if held and connection.execute(query).scalar() == asset:
                return int(asset)
        raise NotFound(GONE_ASSET, asset=version)

    def lock(self, connection: Connection, number: int, sight: Sight) -> Row[Any]:
        """A visible comment, locked with its asset until the transaction ends. Raises NotFound."""
        mine = (COMMENT.c.id == number, *sight.conditions)
        for _ in range(TRIES):
            asset = connection.execute(select(COMMENT.c.asset_id).where(*mine)).scalar()
            if asset is None:
                break
            lock_assets(connection, [asset], Hold.EXISTENCE, sight.view)
            row = connection.execute(select(COMMENT).where(*mine).with_for_update(key_share=True)).first()
            if row is not None and row.asset_id == asset:
                return row
        raise NotFound(COMMENT_UNKNOWN, number=number)

    def lock_replies(self, connection: Connection, thread: int) -> Sequence[Row[Any]]:
        """The replies of a thread that is locked, locked as well."""
        # FOR UPDATE of the thread keeps replies from being added until it is deleted.
        connection.execute(select(COMMENT.c.id).where(COMMENT.c.id == thread).with_for_update())
        query = select(COMMENT).where(COMMENT.c.root_id == thread).order_by(COMMENT.c.id.desc())
        return connection.execute(query.with_for_update()).all()

    def insert(self, connection: Connection, edit: Edit, values: Mapping[str, Any]) -> Row[Any]:
        """Write a comment."""
        made = connection.execute(insert(COMMENT).values(**values).returning(COMMENT)).one()
        record(connection, self._db, edit, COMMENT, [Change(None, image(made))])
        self._touch(connection, [made])
        return made

    def update(
        self, connection: Connection, edit: Edit, row: Row[Any], values: Mapping[str, Any]
    ) -> Row[Any]:
        """Change a locked comment, whose version is counted up."""
        mine = update(COMMENT).where(COMMENT.c.id == row.id)
        made = connection.execute(mine.values(**values, version=row.version + 1).returning(COMMENT)).one()
        record(connection, self._db, edit, COMMENT, [Change(image(row), image(made))])
        self._touch(connection, [made])
        return made

    def delete(self, connection: Connection, edit: Edit, rows: Sequence[Row[Any]]) -> None:
        """Delete locked comments, replies before what they answer, with who is mentioned in them."""
        numbers = [row.id for row in rows]
        of_rows = select(MENTION).where(self._db.among(MENTION.c.comment_id, numbers)).order_by(MENTION.c.id)
        mentions = connection.execute(of_rows).all()
        record(connection, self._db, edit, MENTION, [Change(image(one), None) for one in mentions])
        record(connection, self._db, edit, COMMENT, [Change(image(one), None) for one in rows])
        for some in chunked(numbers):
            connection.execute(delete(COMMENT).where(self._db.among(COMMENT.c.id, some)))
        self._touch(connection, rows)

    def set_mentions(
        self, connection: Connection, edit: Edit, comment: int, accounts: Sequence[int]
    ) -> list[int]:
        """Have a comment mention these users and no others; returns the users whom it did not mention before."""
        query = select(MENTION).where(MENTION.c.comment_id == comment).order_by(MENTION.c.id)
        before = {row.account_id: row for row in connection.execute(query)}
        gone = [row for account, row in before.items() if account not in accounts]
        if gone:
            record(connection, self._db, edit, MENTION, [Change(image(one), None) for one in gone])
            connection.execute(delete(MENTION).where(MENTION.c.id.in_([one.id for one in gone])))
        added = [account for account in accounts if account not in before]
        for account in added:
            values = {"comment_id": comment, "account_id": account, "read_at": None}
            made = connection.execute(insert(MENTION).values(**values).returning(MENTION)).one()
            record(connection, self._db, edit, MENTION, [Change(None, image(made))])
        return added

    def read_mentions(self, user: int, comments: Sequence[int] | None) -> int:
        """Mark mentions of a user as read; returns how many were not. comments: None: in all."""
        mine = [MENTION.c.account_id == user, MENTION.c.read_at.is_(None)]
        if comments is not None:
            mine.append(MENTION.c.comment_id.in_(comments))
        with self._db.write() as connection:
            now = database_time(connection)
            return connection.execute(update(MENTION).where(*mine).values(read_at=now)).rowcount

    def _touch(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        assets = sorted({row.asset_id for row in rows})
        mark_dirty(connection, assets)
        due(connection, self._db, assets)


# ---- what happens to comments when assets and versions change


def due(connection: Connection, database: Database, assets: Sequence[int]) -> None:
    """Have comments carried in the background on those of the assets that have some made on another version."""
    for some in chunked(assets):
        made = (
            select(COMMENT.c.asset_id)
            .join(VERSION, VERSION.c.id == COMMENT.c.version_id)
            .where(database.among(COMMENT.c.asset_id, some), COMMENT.c.start_ticks.is_not(None), ~IS_CURRENT)
            .distinct()
        )
        found = connection.execute(made).scalars().all()
        if found:
            now = database_time(connection)
            row = database.insert(CARRY).values(
                [{"asset_id": one, "since": now, "next_at": now} for one in found]
            )
            connection.execute(
                row.on_conflict_do_update(index_elements=["asset_id"], set_={"since": now, "next_at": now})
            )


def follow_current(connection: Connection, database: Database, assets: list[int]) -> None:
    """Comments follow their versions to other assets, and are carried to current versions; see `kernel/current.py`."""
    for some in chunked(assets):
        of_version = select(VERSION.c.asset_id).where(VERSION.c.id == COMMENT.c.version_id).scalar_subquery()
        stray = exists().where(VERSION.c.id == COMMENT.c.version_id, VERSION.c.asset_id != COMMENT.c.asset_id)
        mine = database.among(COMMENT.c.asset_id, some)
        moved = update(COMMENT).where(mine, stray).values(asset_id=of_version).returning(COMMENT.c.asset_id)
        reached = connection.execute(moved).scalars().all()
        if reached:
            mark_dirty(connection, {*some, *reached})
        due(connection, database, sorted({*some, *reached}))


def commented_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets on which there are comments; see `kernel/annotations.py`."""
    found = select(COMMENT.c.asset_id).where(COMMENT.c.asset_id.in_(assets)).distinct()
    return AssetSet(connection.execute(found).scalars())


def move_comments(
    connection: Connection, source: int, target: int, comments: Sequence[int] | None = None
) -> list[int]:
    """Give comments of an asset to another; returns the numbers of those that moved. comments: None: all."""
    found: list[int] = []
    for some in [None] if comments is None else chunked(comments):
        mine = [COMMENT.c.asset_id == source] + ([] if some is None else [COMMENT.c.id.in_(some)])
        moved = update(COMMENT).where(*mine).values(asset_id=target).returning(COMMENT.c.id)
        found += connection.execute(moved).scalars().all()
    return sorted(found)


def anchored(connection: Connection, asset: int) -> Sequence[Row[Any]]:
    """The comments of an asset with a time of one of its other versions, with the version that is current."""
    current = VERSION.alias("current")
    query = (
        select(COMMENT.c.id, COMMENT.c.version_id, COMMENT.c.start_ticks, COMMENT.c.end_ticks, COMMENT.c.base)
        .add_columns(current.c.id.label("to"), current.c.sha1)
        .join(current, and_(current.c.asset_id == COMMENT.c.asset_id, current.c.superseded_at.is_(None)))
        .where(
            COMMENT.c.asset_id == asset,
            COMMENT.c.start_ticks.is_not(None),
            COMMENT.c.version_id.is_not(None),
            COMMENT.c.version_id != current.c.id,
        )
    )
    return connection.execute(query).all()


def due_carries(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Assets whose comments are to be carried now, the longest waiting first."""
    query = select(CARRY).where(CARRY.c.next_at <= NOW).order_by(CARRY.c.next_at).limit(limit)
    return connection.execute(query).all()


def postpone_carry(connection: Connection, row: Row[Any], delay: float) -> None:
    """Look at an asset again after some seconds, unless it became due meanwhile."""
    mine = (CARRY.c.asset_id == row.asset_id, CARRY.c.since == row.since)
    connection.execute(update(CARRY).where(*mine).values(next_at=NOW + delay))


def finish_carry(connection: Connection, row: Row[Any]) -> bool:
    """The comments of an asset are carried; whether that was still to be done."""
    mine = (CARRY.c.asset_id == row.asset_id, CARRY.c.since == row.since)
    return bool(connection.execute(delete(CARRY).where(*mine)).rowcount)
