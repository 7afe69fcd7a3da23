"""Comments as they are shown to one actor."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from dampipe.features.alignment.model import TimeReport
from dampipe.features.assets.names import names_of
from dampipe.features.review.authors import is_own
from dampipe.features.review.carrying import Carrier, anchor_of
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.model import Audience, CommentKind, CommentReport, Place, ReplyReport
from dampipe.features.review.queries import CommentRepository
from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import View


class CommentReports:
    """Reports of comments. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, comments: CommentRepository, carrier: Carrier) -> None:
        self._db = database
        self._comments = comments
        self._carrier = carrier

    def threads(
        self,
        actor: Actor,
        rows: Sequence[Row[Any]],
        view: View,
        places: Mapping[int, Place] | None = None,
    ) -> tuple[CommentReport, ...]:
        """Threads as they are shown, with their replies; those of assets that are gone by now are left out.

        places: where they are in the versions that are shown, where that is known already.
        """
        shown = self._comments.shown_versions({row.asset_id for row in rows}, view)
        rows = [row for row in rows if row.asset_id in shown]
        if places is None:
            places = self._carrier.places(rows, {row.id: shown[row.asset_id][0] for row in rows})
        versions = {row.version_id for row in rows if row.version_id is not None}
        contents = self._comments.contents(versions, view)
        clocks = self._carrier.clocks(
            sorted(
                {row.version_id for row in rows if row.version_id in contents and row.start_ticks is not None}
            )
        )
        replies = self._comments.replies([row.id for row in rows])
        ids = [row.id for row in rows] + [one.id for some in replies.values() for one in some]
        names_in = self._comments.mentions_in(ids)
        with self._db.read() as connection:
            names = names_of(connection, self._db, view, shown)
        found = []
        for row in rows:
            anchor, clock = anchor_of(row), clocks.get(row.version_id)
            found.append(
                CommentReport(
                    **_said(actor, row, names_in, row),
                    asset=shown[row.asset_id][1],
                    asset_name=names.get(row.asset_id, ""),
                    anchor=contents.get(row.version_id) if row.version_id else None,
                    kind=CommentKind(row.kind),
                    name=row.name,
                    color=row.color,
                    start=None if anchor is None else TimeReport.of(anchor[0], clock),
                    end=None if anchor is None or anchor[1] is None else TimeReport.of_end(anchor[1], clock),
                    now=places.get(row.id),
                    drawing=Drawing.model_validate_json(row.drawing) if row.drawing else None,
                    resolved_at=None if row.resolved_at is None else time_of(row.resolved_at),
                    resolved_by=row.resolved_by,
                    replies=tuple(
                        ReplyReport(**_said(actor, one, names_in, row), thread=row.id)
                        for one in replies.get(row.id, ())
                        if actor.link is None or one.audience != Audience.TEAM
                    ),
                )
            )
        return tuple(found)


def _said(
    actor: Actor, row: Row[Any], names: Mapping[int, Sequence[str]], thread: Row[Any]
) -> dict[str, Any]:
    """What comments and replies have in common."""
    is_internal = Audience.TEAM in (row.audience, thread.audience)
    return {
        "id": row.id,
        "text": row.text,
        "author": row.author,
        "author_name": row.author_name,
        "is_guest": row.author_link is not None,
        "is_mine": is_own(actor, row),
        "audience": Audience.TEAM if is_internal else Audience.EVERYONE,
        "mentions": tuple(names.get(row.id, ())) if actor.link is None else (),
        "created_at": time_of(row.created_at),
        "edited_at": None if row.edited_at is None else time_of(row.edited_at),
        "version": row.version,
    }


def time_of(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
