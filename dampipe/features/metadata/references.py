"""Terms and assets as fields refer to them: the numbers of those that texts name, and the names of those that values
have."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, union

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.errors import REFERENCE_UNKNOWN, TERM_UNKNOWN, VOCABULARY_UNKNOWN
from dampipe.features.metadata.values import Content, fold
from dampipe.features.vocabularies.tables import TERM, TERM_BROADER, TERM_LABEL, VOCABULARY
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import NotFound
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.visibility import EVERYTHING, View


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
    *,
    narrower: bool = False,
) -> list[int]:
    """The numbers of the terms or assets that texts name; narrower: with all terms below them.

    Raises NotFound for a text that names none.
    """
    found = ids_by_text(connection, given, texts, view)
    for text in texts:
        if text.strip() not in found:
            raise unknown(given, text)
    ids = sorted(set(found.values()))
    return with_narrower(connection, ids) if narrower and given.type is FieldType.TERM else ids


def ids_by_text(
    connection: Connection, given: MetadataField, texts: Collection[str], view: View = EVERYTHING
) -> dict[str, int]:
    """The terms or assets that texts name, by the stripped text; what names none is left out."""
    wanted = {text.strip() for text in texts}
    if given.type is FieldType.ASSET:
        return asset_ids(connection, wanted, view)
    require_vocabulary(connection, given)
    return _term_ids(connection, given.vocabulary, wanted)


def unknown(given: MetadataField, text: str) -> NotFound:
    """The error about a text that names no term or asset."""
    if given.type is FieldType.ASSET:
        return NotFound(REFERENCE_UNKNOWN, value=text, label=given.label)
    return NotFound(TERM_UNKNOWN, vocabulary=given.vocabulary, key=given.key, value=text)


def _term_ids(connection: Connection, vocabulary: str, texts: Collection[str]) -> dict[str, int]:
    """By key or by a label of any language and kind; a merged term leads to the one that it became."""
    folded = {fold(text): text for text in texts}
    number = func.coalesce(TERM.c.merged_into_id, TERM.c.id).label("id")
    mine = (VOCABULARY.c.key == vocabulary, TERM.c.state != "retired")
    joined = TERM.join(VOCABULARY, VOCABULARY.c.id == TERM.c.vocabulary_id)
    by_label = (
        select(number, TERM_LABEL.c.folded)
        .select_from(joined.join(TERM_LABEL, TERM_LABEL.c.term_id == TERM.c.id))
        .where(*mine, TERM_LABEL.c.folded.in_(folded))
        .order_by((TERM_LABEL.c.kind == "preferred"), TERM.c.id.desc())
    )
    found = {folded[row.folded]: row.id for row in connection.execute(by_label)}
    by_key = select(number, TERM.c.key).select_from(joined).where(*mine, TERM.c.key.in_(texts))
    return found | {row.key: row.id for row in connection.execute(by_key)}


def with_narrower(connection: Connection, terms: Sequence[int]) -> list[int]:
    """Terms with all below them."""
    tree = select(TERM.c.id).where(TERM.c.id.in_(terms)).cte("narrower", recursive=True)
    by_parent = select(TERM.c.id).join(tree, TERM.c.parent_id == tree.c.id)
    by_other = select(TERM_BROADER.c.term_id).join(tree, TERM_BROADER.c.broader_id == tree.c.id)
    below = union(by_parent, by_other).subquery()
    return sorted(connection.execute(select(tree.union(select(below)).c.id)).scalars())


def asset_ids(connection: Connection, texts: Collection[str], view: View = EVERYTHING) -> dict[str, int]:
    """The visible assets that texts name, by the SHA-1 of one of their versions, or its beginning if it is unique."""
    found: dict[str, int] = {}
    for text in texts:
        digits = text.strip().lower()
        if not 4 <= len(digits) <= 40 or set(digits) - set("0123456789abcdef"):
            continue
        mine = (VERSION.c.sha1.startswith(digits), view.shows_version(VERSION.c.id))
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
        """view: assets outside have no name."""
        terms = sorted({one.term_id for one in contents if one.term_id is not None})
        assets = sorted({one.linked_id for one in contents if one.linked_id is not None})
        self.terms: dict[int, str] = {}
        """Keys of terms by number; of a merged one, of the term that it became."""
        self.labels: dict[int, str] = {}
        self.assets: dict[int, str] = {}
        if terms:
            for row in self._read_terms(database, connection, terms):
                self.terms[row.id], self.labels[row.id] = row.key, row.label
        if assets:
            mine = (
                in_ids(database, VERSION.c.asset_id, assets),
                IS_CURRENT,
                view.shows_asset(VERSION.c.asset_id),
            )
            rows = connection.execute(select(VERSION.c.asset_id, VERSION.c.sha1).where(*mine))
            self.assets = {row.asset_id: row.sha1 for row in rows}

    @staticmethod
    def _read_terms(database: Database, connection: Connection, terms: Sequence[int]) -> Sequence[Any]:
        target = TERM.alias("target")
        label = func.coalesce(target.c.sort_label, TERM.c.sort_label)
        query = (
            select(TERM.c.id, func.coalesce(target.c.key, TERM.c.key).label("key"), label.label("label"))
            .outerjoin(target, target.c.id == TERM.c.merged_into_id)
            .where(in_ids(database, TERM.c.id, terms))
        )
        return connection.execute(query).all()

    def of(self, given: MetadataField) -> Mapping[int, str]:
        """The names that values of a field refer to."""
        return self.terms if given.type is FieldType.TERM else self.assets


def words_of_terms(connection: Connection, terms: Collection[int]) -> dict[int, list[str]]:
    """All labels of terms and of the terms above them, by term."""
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
