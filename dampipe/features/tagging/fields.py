"""The field `tags`: terms of the open vocabulary of the same key."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_

from dampipe.features.metadata.tables import VALUE
from dampipe.features.tagging.events import TagAdded, TagRemoved
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.field import FieldType, MetadataField, TermsChanged, ValueSource

KEY = "tags"
"""Of the field and of its vocabulary."""
MODEL_ACTOR = "model:"
"""How the actor of a value begins that a model gave, without a verdict of a person."""


def _announce(
    connection: Connection, database: Database, changes: Sequence[TermsChanged], actor: str, at: float
) -> None:
    """Record an event for each asset and tag."""
    terms = {term for one in changes for term in (*one.gained, *one.lost)}
    names: Mapping[Any, str] = TermRepository(database).labels(connection, terms)
    added = [NewEvent(TagAdded(tag=names[term]), asset=one.asset) for one in changes for term in one.gained]
    removed = [NewEvent(TagRemoved(tag=names[term]), asset=one.asset) for one in changes for term in one.lost]
    for events in (added, removed):
        record_events(connection, database, events, actor=actor, at=at)


TAGS = MetadataField(
    KEY,
    "Tags",
    FieldType.TERM,
    help="Words by which people find it.",
    multiple=True,
    vocabulary=KEY,
    group="Description",
    searchable=True,
    facet=True,
    xmp="dc:subject",
    union=True,
    own_merge=True,
    own_detail=True,
    announce=_announce,
)
FIELDS = (TAGS,)


def is_tag() -> ColumnElement[bool]:
    """The condition that a row of `value` is a tag: it counts, and is not merely what a model says."""
    by_people = or_(VALUE.c.source != ValueSource.MODEL, VALUE.c.actor.not_like(f"{MODEL_ACTOR}%"))
    return and_(VALUE.c.field == KEY, VALUE.c.is_effective, by_people)
