"""Terms and assets as fields refer to them: the numbers of those that texts name, and the names of those that values
have."""

import re
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, exists, literal, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.errors import REFERENCE_UNKNOWN, TERM_UNKNOWN, VOCABULARY_UNKNOWN
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import Content
from dampipe.features.vocabularies.model import TermState
from dampipe.features.vocabularies.nearest import meant
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import TERM, TERM_LABEL, VOCABULARY
from dampipe.kernel.access import MANAGE, Actor
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import NotFound
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.ids import TermId
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import EVERYTHING, View

_SHA1 = re.compile(r"[0-9a-fA-F]{40}")


def is_sha1(text: str) -> bool:
    """Whether a text is a whole SHA-1, in lower or upper case."""
    return _SHA1.fullmatch(text) is not None


def require_vocabulary(connection: Connection, given: MetadataField) -> None:
    """Raise NotFound unless the field's vocabulary exists."""
    found = select(VOCABULARY.c.id).where(VOCABULARY.c.key == given.vocabulary)
    if connection.execute(found).first() is None:
        raise NotFound(VOCABULARY_UNKNOWN, key=given.key, vocabulary=given.vocabulary)


def look_up(
    database: Database,
    connection: Connection,
    given: MetadataField,
    texts: Sequence[str],
    view: View = EVERYTHING,
) -> list[int]:
    """The numbers of the terms, with all that are below them, or of the assets that texts name, for a filter.

    Raises NotFound for a text that names none.
    """
    if given.type is FieldType.ASSET:
        found: Mapping[str, int] = asset_ids(connection, texts, view)
    else:
        require_vocabulary(connection, given)
        wanted = [text.strip() for text in texts if text.isprintable()]
        found = TermRepository(database).find(connection, given.vocabulary, wanted, retired=True, view=view)
    for text in texts:
        if text.strip() not in found:
            raise unknown(given, text, near_terms(database, connection, given, text, view))
    if given.type is FieldType.ASSET:
        return sorted(set(found.values()))
    return sorted(TermRepository(database).narrower(connection, set(found.values())))


def ids_by_text(
    database: Database,
    connection: Connection,
    given: MetadataField,
    texts: Collection[str],
    view: View = EVERYTHING,
) -> dict[str, int]:
    """The terms or assets that texts name, by the stripped text; what names none is left out."""
    wanted = {text.strip() for text in texts if text.isprintable()}
    if given.type is FieldType.ASSET:
        return asset_ids(connection, wanted, view)
    require_vocabulary(connection, given)
    return dict(TermRepository(database).find(connection, given.vocabulary, wanted, view=view))


def terms_for_writing(
    database: Database,
    connection: Connection,
    given: MetadataField,
    texts: Collection[str],
    actor: Actor,
    *,
    add: bool = True,
) -> dict[str, int]:
    """The same for terms that values are about to get: they are not merged until the transaction ends.

    add: what an open vocabulary does not have is added: proposed, or at once by who manages the library.
    """
    terms = TermRepository(database)
    found = ids_by_text(database, connection, given, texts)
    for text in texts:
        if not text.isprintable():
            raise unknown(given, text)
    missing = sorted({text.strip() for text in texts} - found.keys())
    if add and missing and terms.vocabulary(connection, given.vocabulary).is_open:
        state = TermState.ACTIVE if actor.may(MANAGE) else TermState.PROPOSED
        added = terms.add_many(connection, given.vocabulary, missing, actor, state)
        return found | dict(added)
    if not database.is_sqlite:
        mine = select(VOCABULARY.c.id).where(VOCABULARY.c.key == given.vocabulary)
        connection.execute(mine.with_for_update(read=True))
        return ids_by_text(database, connection, given, texts)
    return found


def takes_new_terms(database: Database, connection: Connection, given: MetadataField) -> bool:
    """Whether texts that name no term become terms."""
    if given.type is not FieldType.TERM:
        return False
    return TermRepository(database).vocabulary(connection, given.vocabulary).is_open


def unknown(given: MetadataField, text: str, near: Sequence[str] = ()) -> NotFound:
    """The error about a text that names no term or asset. near: names of terms that it is much like."""
    if given.type is FieldType.ASSET:
        return NotFound(REFERENCE_UNKNOWN, value=printable(text), label=given.label)
    return NotFound(
        TERM_UNKNOWN, vocabulary=given.vocabulary, key=given.key, value=printable(text), meant=meant(near)
    )


def near_terms(
    database: Database, connection: Connection, given: MetadataField, text: str, view: View = EVERYTHING
) -> list[str]:
    """Names of terms of a field that are much like a text which names none."""
    if given.type is not FieldType.TERM:
        return []
    return TermRepository(database).nearest(connection, given.vocabulary, text, view)


def asset_ids(connection: Connection, texts: Collection[str], view: View = EVERYTHING) -> dict[str, int]:
    """The visible assets that texts name, by the SHA-1 of one of their versions, or its beginning if it is unique."""
    whole = {text.strip(): text.strip().lower() for text in texts if is_sha1(text.strip())}
    found: dict[str, int] = {}
    for some in chunked(sorted(set(whole.values()))):
        visible = (VERSION.c.sha1.in_(some), view.shows_some(VERSION.c.id))
        rows = connection.execute(select(VERSION.c.sha1, VERSION.c.asset_id).where(*visible))
        by_sha1 = {row.sha1: row.asset_id for row in rows}
        found |= {text: by_sha1[sha1] for text, sha1 in whole.items() if sha1 in by_sha1}
    for text in texts:
        digits = text.strip().lower()
        if text.strip() in whole or not 4 <= len(digits) <= 40 or set(digits) - set("0123456789abcdef"):
            continue
        mine = (VERSION.c.sha1.startswith(digits), view.shows_some(VERSION.c.id))
        assets = (
            connection.execute(select(VERSION.c.asset_id).where(*mine).distinct().limit(2)).scalars().all()
        )
        if len(assets) == 1:
            found[text.strip()] = assets[0]
    return found


class Names:
    """The names of terms (their keys) and of assets (the SHA-1 of the current version) that some values refer to."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        contents: Collection[Content],
        view: View = EVERYTHING,
    ) -> None:
        """view: assets outside have no name, nor have terms that are not shown there (proposals of a model)."""
        terms = {one.term_id for one in contents if one.term_id is not None}
        assets = sorted({one.linked_id for one in contents if one.linked_id is not None})
        self.terms: dict[int, str] = {}
        """Keys by number; of a merged term, of the one that it became."""
        self.labels: dict[int, str] = {}
        """Their preferred labels."""
        self.assets: dict[int, str] = {}
        if terms:
            repository = TermRepository(database)
            targets = targets_of(database, connection, terms)
            hidden = repository.hidden(connection, view, among=set(targets.values()))
            targets = {term: into for term, into in targets.items() if into not in hidden}
            became = set(targets.values())
            keys = select(TERM.c.id, TERM.c.key).where(in_ids(database, TERM.c.id, sorted(became)))
            by_target = {row.id: row.key for row in connection.execute(keys)}
            labels = repository.labels(connection, became)
            self.terms = {term: by_target[into] for term, into in targets.items() if into in by_target}
            self.labels = {term: labels.get(TermId(targets[term]), key) for term, key in self.terms.items()}
        if assets:
            mine = (
                in_ids(database, VERSION.c.asset_id, assets),
                IS_CURRENT,
                view.shows_some_asset(VERSION.c.asset_id),
            )
            rows = connection.execute(select(VERSION.c.asset_id, VERSION.c.sha1).where(*mine))
            self.assets = {row.asset_id: row.sha1 for row in rows}

    def of(self, given: MetadataField) -> Mapping[int, str]:
        """The names that values of a field refer to."""
        return self.terms if given.type is FieldType.TERM else self.assets


def words_of_terms(connection: Connection, terms: Collection[int]) -> dict[int, list[str]]:
    """All labels of up to some thousand terms and of the terms above them, by term."""
    if not terms:
        return {}
    first = select(TERM.c.id.label("of"), TERM.c.id, TERM.c.parent_id).where(TERM.c.id.in_(terms))
    above = first.cte("above", recursive=True)
    by_parent = select(above.c.of, TERM.c.id, TERM.c.parent_id).join(above, TERM.c.id == above.c.parent_id)
    above = above.union(by_parent)
    labelled = select(above.c.of, TERM_LABEL.c.text).join(TERM_LABEL, TERM_LABEL.c.term_id == above.c.id)
    found: dict[int, list[str]] = {}
    for row in connection.execute(labelled):
        found.setdefault(row.of, []).append(row.text)
    return found


def shown_terms(connection: Connection, database: Database, view: View, terms: Collection[int]) -> set[int]:
    """Terms that a visible asset has: what is merely proposed or rejected is not meant."""
    has = exists(
        select(literal(1)).where(
            VALUE.c.term_id == TERM.c.id, VALUE.c.is_effective, view.shows_asset(VALUE.c.asset_id)
        )
    )
    found: set[int] = set()
    for some in chunked(sorted(terms), 4000):
        query = select(TERM.c.id).where(in_ids(database, TERM.c.id, some), has)
        found.update(connection.execute(query).scalars())
    return found


def targets_of(database: Database, connection: Connection, terms: Collection[int]) -> dict[int, int]:
    """By each term that exists: the one that it was merged into in the end, or itself."""
    found: dict[int, int] = {}
    asked = {term: term for term in terms}
    while asked:
        mine = in_ids(database, TERM.c.id, sorted(set(asked.values())))
        rows = connection.execute(select(TERM.c.id, TERM.c.merged_into_id).where(mine))
        into = {row.id: row.merged_into_id for row in rows}
        found |= {term: now for term, now in asked.items() if now in into and into[now] is None}
        asked = {term: into[now] for term, now in asked.items() if into.get(now) is not None}
    return found
