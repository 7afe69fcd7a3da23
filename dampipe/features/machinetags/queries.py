"""The SQL of machine tags; the only writer of their tables. Values are written by `ValueRepository`.

What a model says of an asset follows from the rows of its current version: `refresh` derives the values from them, in
the transaction that changes them. So any step may be repeated, and a process may be killed at any time.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, not_, or_, select, update

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.machinetags.model import Moment, TagState
from dampipe.features.machinetags.precision import threshold_for
from dampipe.features.machinetags.prompts import Facet, is_sensitive, prompts_of
from dampipe.features.machinetags.tables import CALIBRATION, MACHINE_TAG, SCHEME, TERM_SETTING, VERDICT
from dampipe.features.metadata.entries import Entry, Said
from dampipe.features.metadata.queries import CHUNK, OperationKind, ValueRepository
from dampipe.features.metadata.registry import hold_schema, library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import Content
from dampipe.features.tagging.fields import MODEL_ACTOR
from dampipe.features.vocabularies.model import TermState
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import TERM, VOCABULARY
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.field import ValueSource, ValueState
from dampipe.kernel.ids import AssetId
from dampipe.kernel.visibility import EVERYTHING, View

_STATES = {
    TagState.PROPOSED: ValueState.PROPOSED,
    TagState.SET: ValueState.ACCEPTED,
    TagState.ACCEPTED: ValueState.ACCEPTED,
    TagState.REJECTED: ValueState.REJECTED,
}
_TERMS_ASKED = 200
"""Terms that one question for the queue looks at, at most."""


_IS_SAID = exists().where(
    VALUE.c.asset_id == VERSION.c.asset_id,
    VALUE.c.term_id == MACHINE_TAG.c.term_id,
    VALUE.c.source != ValueSource.MODEL,
    VALUE.c.is_effective,
)
"""Whether a person, a file or an import says it already of the asset of the row of `version`."""


@dataclass(frozen=True)
class Scheme:
    """A vocabulary whose terms a model proposes."""

    vocabulary_id: int
    vocabulary: str
    field: str
    precision: float
    is_on: bool


@dataclass(frozen=True)
class WantedTerm:
    """A term of such a vocabulary."""

    id: int
    scheme: Scheme
    key: str
    label: str
    prompts: tuple[str, ...]
    precision: float
    """That is wanted."""
    is_sensitive: bool
    is_on: bool
    """Whether it is looked for."""


class Calibration(NamedTuple):
    """How a term scores over the library."""

    prompts: str
    mean: float
    deviation: float
    sample: int
    watermark: int
    threshold: float | None


class Finding(NamedTuple):
    """A term that was found in a version."""

    version: int
    term: int
    score: float
    moments: tuple[Moment, ...]


class MachineTagRepository:
    """Machine tags of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._values = ValueRepository(database)
        self._terms = TermRepository(database)

    # ---- what is looked for

    def schemes(self, connection: Connection) -> list[Scheme]:
        """The vocabularies that were chosen, those that are off included, by key."""
        query = select(SCHEME, VOCABULARY.c.key).join(VOCABULARY, VOCABULARY.c.id == SCHEME.c.vocabulary_id)
        rows = connection.execute(query.order_by(VOCABULARY.c.key))
        return [Scheme(row.vocabulary_id, row.key, row.field, row.precision, row.is_on) for row in rows]

    def save_scheme(
        self, connection: Connection, vocabulary: int, field: str, precision: float, *, is_on: bool
    ) -> None:
        """Choose a vocabulary, or change how."""
        values = {"field": field, "precision": precision, "is_on": is_on}
        made = self._db.insert(SCHEME).values(vocabulary_id=vocabulary, **values)
        connection.execute(made.on_conflict_do_update(index_elements=["vocabulary_id"], set_=values))

    def save_term(self, connection: Connection, term: int, values: Mapping[str, Any]) -> None:
        """Change what people have said of a term; `values`: columns."""
        made = self._db.insert(TERM_SETTING).values(term_id=term, **values)
        connection.execute(made.on_conflict_do_update(index_elements=["term_id"], set_=dict(values)))

    def wanted(self, connection: Connection, schemes: Collection[Scheme]) -> list[WantedTerm]:
        """The active terms of vocabularies, in the order of their numbers."""
        by_id = {scheme.vocabulary_id: scheme for scheme in schemes}
        columns = (TERM.c.id, TERM.c.key, TERM.c.vocabulary_id)
        said = [TERM_SETTING.c[name] for name in ("facet", "prompts", "is_on", "precision")]
        query = (
            select(*columns, *said)
            .select_from(TERM)
            .outerjoin(TERM_SETTING, TERM_SETTING.c.term_id == TERM.c.id)
            .where(in_ids(self._db, TERM.c.vocabulary_id, by_id), TERM.c.state == TermState.ACTIVE)
        )
        rows = connection.execute(query.order_by(TERM.c.id)).all() if by_id else []
        labels = self._terms.labels(connection, [row.id for row in rows], "en")
        words = self._terms.words(connection, [row.id for row in rows])
        found = []
        for row in rows:
            scheme, label = by_id[row.vocabulary_id], labels.get(row.id, row.key)
            own = tuple(json.loads(row.prompts)) if row.prompts else ()
            sensitive = is_sensitive(words.get(row.id, ()))
            found.append(
                WantedTerm(
                    row.id,
                    scheme,
                    row.key,
                    label,
                    own or prompts_of(label, Facet(row.facet or Facet.SUBJECT)),
                    scheme.precision if row.precision is None else row.precision,
                    sensitive,
                    scheme.is_on and (not sensitive if row.is_on is None else row.is_on),
                )
            )
        return found

    # ---- calibrations

    def calibrations(self, connection: Connection, model: str) -> dict[int, Calibration]:
        """How terms score, by term."""
        columns = [CALIBRATION.c[name] for name in Calibration._fields]
        query = select(CALIBRATION.c.term_id, *columns).where(CALIBRATION.c.model == model)
        return {row[0]: Calibration(*row[1:]) for row in connection.execute(query)}

    def save_calibrations(self, connection: Connection, model: str, made: Mapping[int, Calibration]) -> None:
        """Measured calibrations, by term: those that there are are replaced."""
        for term, one in sorted(made.items()):
            values = one._asdict()
            row = self._db.insert(CALIBRATION).values(term_id=term, model=model, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["term_id", "model"], set_=values))

    def advance(self, connection: Connection, model: str, terms: Sequence[int], old: int, new: int) -> bool:
        """Write that frames up to one are done; False if another process has changed the calibrations meanwhile."""
        mine = (
            CALIBRATION.c.model == model,
            in_ids(self._db, CALIBRATION.c.term_id, terms),
            CALIBRATION.c.watermark == old,
        )
        changed = connection.execute(update(CALIBRATION).where(*mine).values(watermark=new)).rowcount
        return changed == len(terms)

    # ---- what was found

    def lock(self, connection: Connection, versions: Sequence[int]) -> list[AssetId]:
        """Keep others from changing tags and values of the assets of versions; returns the assets."""
        hold_schema(connection, self._db)
        mine = in_ids(self._db, VERSION.c.id, versions)
        assets = connection.execute(select(VERSION.c.asset_id).where(mine).distinct()).scalars()
        return self._values.lock(connection, sorted(assets))

    def record(
        self,
        connection: Connection,
        model: str,
        versions: Sequence[int],
        terms: Sequence[int],
        findings: Iterable[Finding],
    ) -> None:
        """Replace what was found of terms in versions, which are locked. What people have accepted stays, even where it
        is not found any more."""
        now, actor = database_time(connection), f"{MODEL_ACTOR}{model}"
        mine = (
            in_ids(self._db, MACHINE_TAG.c.version_id, versions),
            in_ids(self._db, MACHINE_TAG.c.term_id, terms),
        )
        connection.execute(delete(MACHINE_TAG).where(*mine, MACHINE_TAG.c.state != TagState.ACCEPTED))
        existing = in_ids(self._db, VERSION.c.id, versions)
        present = set(connection.execute(select(VERSION.c.id).where(existing)).scalars())
        rows = [
            {
                "version_id": one.version,
                "term_id": one.term,
                "model": model,
                "score": one.score,
                "moments": json.dumps(one.moments, separators=(",", ":")),
                "state": TagState.PROPOSED,
                "actor": actor,
                "at": now,
            }
            for one in findings
            if one.version in present
        ]
        for some in chunked(rows, 1000):
            made = self._db.insert(MACHINE_TAG).values(list(some))
            values = {name: made.excluded[name] for name in ("model", "score", "moments")}
            connection.execute(
                made.on_conflict_do_update(index_elements=["version_id", "term_id"], set_=values)
            )
        self.restate(connection, versions, terms)

    def restate(
        self, connection: Connection, versions: Sequence[int], terms: Sequence[int] | None = None
    ) -> None:
        """Set the states of what was found, from verdicts and thresholds, and values of the assets, locked before."""
        mine = [in_ids(self._db, MACHINE_TAG.c.version_id, versions)]
        mine += [] if terms is None else [in_ids(self._db, MACHINE_TAG.c.term_id, terms)]
        verdict = and_(VERDICT.c.sha1 == VERSION.c.sha1, VERDICT.c.term_id == MACHINE_TAG.c.term_id)
        calibrated = and_(
            CALIBRATION.c.term_id == MACHINE_TAG.c.term_id, CALIBRATION.c.model == MACHINE_TAG.c.model
        )
        query = (
            select(
                MACHINE_TAG,
                VERDICT.c.is_accepted,
                VERDICT.c.actor.label("judge"),
                VERDICT.c.at.label("judged"),
                CALIBRATION.c.threshold,
            )
            .join(VERSION, VERSION.c.id == MACHINE_TAG.c.version_id)
            .outerjoin(VERDICT, verdict)
            .outerjoin(CALIBRATION, calibrated)
            .where(*mine)
        )
        changes = []
        for row in connection.execute(query).all():
            state, actor, at = _state_of(row)
            if (state, actor) != (row.state, row.actor):
                key = {"of_version": row.version_id, "of_term": row.term_id}
                changes.append({**key, "state": state, "actor": actor, "at": at or row.at})
        if changes:
            one = and_(
                MACHINE_TAG.c.version_id == bindparam("of_version"),
                MACHINE_TAG.c.term_id == bindparam("of_term"),
            )
            connection.execute(update(MACHINE_TAG).where(one), changes)
        owners = select(VERSION.c.asset_id).where(in_ids(self._db, VERSION.c.id, versions)).distinct()
        self.refresh(connection, sorted(connection.execute(owners).scalars()))

    def refresh(self, connection: Connection, assets: Sequence[int]) -> None:
        """Let the values of source `model` of locked assets be what was found in their current versions."""
        fields, schemes = library_fields(connection), self.schemes(connection)
        of_vocabulary = {scheme.vocabulary_id: scheme.field for scheme in schemes}
        for some in chunked(sorted(assets), CHUNK):
            query = (
                select(MACHINE_TAG, VERSION.c.asset_id, TERM.c.vocabulary_id)
                .join(VERSION, VERSION.c.id == MACHINE_TAG.c.version_id)
                .join(TERM, TERM.c.id == MACHINE_TAG.c.term_id)
                .where(in_ids(self._db, VERSION.c.asset_id, some), IS_CURRENT)
                .order_by(VERSION.c.asset_id, MACHINE_TAG.c.score.desc(), MACHINE_TAG.c.term_id)
            )
            entries: dict[str, dict[int, Entry]] = {field: {} for field in of_vocabulary.values()}
            for row in connection.execute(query):
                field = of_vocabulary.get(row.vocabulary_id)
                if field is None:
                    continue
                state = _STATES[TagState(row.state)]
                said = Said(Content(term_id=row.term_id), state, None, row.actor, row.at)
                entries[field][row.asset_id] = (*entries[field].get(row.asset_id, ()), said)
            self._write(connection, fields, some, entries)

    def _write(
        self,
        connection: Connection,
        fields: Mapping[str, Any],
        assets: Sequence[int],
        entries: Mapping[str, Mapping[int, Entry]],
    ) -> None:
        model = ValueSource.MODEL
        operation = self._values.begin(connection, OperationKind.MACHINE, model, str(model), "machine tags")
        for key, of_field in entries.items():
            if key in fields:
                changes = self._values.plan(connection, fields[key], model, assets, of_field)
                self._values.write(connection, operation, fields[key], model, changes)
        self._values.record(connection, operation, model)
        self._values.finish(connection, operation)

    # ---- verdicts

    def find(self, connection: Connection, sha1: str, term: int) -> Row[Any] | None:
        """What was found of a term in a content: the row of `machine_tag`."""
        query = select(MACHINE_TAG).join(VERSION, VERSION.c.id == MACHINE_TAG.c.version_id)
        return connection.execute(query.where(VERSION.c.sha1 == sha1, MACHINE_TAG.c.term_id == term)).first()

    def judge(
        self,
        connection: Connection,
        sha1: str,
        term: int,
        broader: Collection[int],
        actor: str,
        *,
        accept: bool,
    ) -> None:
        """Write a verdict on a content, in place of an earlier one. broader: terms that an accepted one implies, unless
        there is a verdict on these."""
        self._forget(connection, and_(VERDICT.c.sha1 == sha1, VERDICT.c.term_id == term))
        row = {"sha1": sha1, "is_accepted": accept, "actor": actor, "at": database_time(connection)}
        made = VERDICT.insert().values(**row, term_id=term).returning(VERDICT.c.id)
        number = connection.execute(made).scalar_one()
        if accept and broader:
            implied = [{**row, "term_id": one, "implied_by": number} for one in sorted(broader)]
            connection.execute(self._db.insert(VERDICT).values(implied).on_conflict_do_nothing())

    def _forget(self, connection: Connection, which: Any) -> None:
        numbers = list(connection.execute(select(VERDICT.c.id).where(which)).scalars())
        gone = or_(VERDICT.c.id.in_(numbers), VERDICT.c.implied_by.in_(numbers))
        connection.execute(delete(VERDICT).where(gone))

    def last_verdict(self, connection: Connection, actor: str, view: View = EVERYTHING) -> Row[Any] | None:
        """The last verdict that an actor gave, implied ones apart. view: not of versions that are outside by now."""
        own = [VERDICT.c.actor == actor, VERDICT.c.implied_by.is_(None)]
        if not view.is_all:
            outside = select(VERSION.c.sha1).where(not_(view.shows_version(VERSION.c.id)))
            own.append(VERDICT.c.sha1.not_in(outside))
        return connection.execute(select(VERDICT).where(*own).order_by(VERDICT.c.id.desc()).limit(1)).first()

    def take_back(self, connection: Connection, number: int) -> None:
        """Remove a verdict, with those that it implies."""
        self._forget(connection, VERDICT.c.id == number)

    def version_of(self, connection: Connection, sha1: str) -> int | None:
        """The number of the version with a content."""
        return connection.execute(select(VERSION.c.id).where(VERSION.c.sha1 == sha1)).scalar()

    def judged(
        self, connection: Connection, model: str | None = None, view: View = EVERYTHING
    ) -> dict[int, list[tuple[float, bool]]]:
        """Verdicts by term: the score that the model gives now to what was judged, and whether it was accepted.

        model: only what this one has found.
        """
        query = (
            select(VERDICT.c.term_id, MACHINE_TAG.c.score, VERDICT.c.is_accepted)
            .join(VERSION, VERSION.c.sha1 == VERDICT.c.sha1)
            .join(
                MACHINE_TAG,
                and_(MACHINE_TAG.c.version_id == VERSION.c.id, MACHINE_TAG.c.term_id == VERDICT.c.term_id),
            )
            .where(view.shows_version(VERSION.c.id))
        )
        if model is not None:
            query = query.where(MACHINE_TAG.c.model == model)
        found: dict[int, list[tuple[float, bool]]] = {}
        for row in connection.execute(query):
            found.setdefault(row.term_id, []).append((row.score, row.is_accepted))
        return found

    def save_thresholds(self, connection: Connection, model: str, terms: Iterable[WantedTerm]) -> None:
        """Measure the precision of terms, and keep the score from which values are set."""
        judged = self.judged(connection, model)
        known = self.calibrations(connection, model)
        for term in terms:
            if term.id not in known:
                continue
            threshold = threshold_for(judged.get(term.id, ()), term.precision) if term.is_on else None
            if threshold != known[term.id].threshold:
                mine = (CALIBRATION.c.term_id == term.id, CALIBRATION.c.model == model)
                connection.execute(update(CALIBRATION).where(*mine).values(threshold=threshold))

    def misstated(self, connection: Connection, model: str, limit: int) -> list[int]:
        """Versions with a tag that is set and should be proposed by the present threshold, or the reverse."""
        calibrated = and_(
            CALIBRATION.c.term_id == MACHINE_TAG.c.term_id, CALIBRATION.c.model == MACHINE_TAG.c.model
        )
        counts = and_(CALIBRATION.c.threshold.is_not(None), MACHINE_TAG.c.score >= CALIBRATION.c.threshold)
        below = or_(CALIBRATION.c.threshold.is_(None), MACHINE_TAG.c.score < CALIBRATION.c.threshold)
        wrong = or_(
            and_(MACHINE_TAG.c.state == TagState.PROPOSED, counts),
            and_(MACHINE_TAG.c.state == TagState.SET, below),
        )
        query = select(MACHINE_TAG.c.version_id).join(CALIBRATION, calibrated)
        query = query.where(MACHINE_TAG.c.model == model, wrong).distinct().limit(limit)
        return sorted(connection.execute(query).scalars())

    # ---- for faces

    def counts(self, connection: Connection, view: View = EVERYTHING) -> dict[int, dict[str, int]]:
        """How many tags there are, by term and state; proposals of what others than models say do not count."""
        query = select(MACHINE_TAG.c.term_id, MACHINE_TAG.c.state, func.count().label("number"))
        query = query.where(view.shows_version(MACHINE_TAG.c.version_id))
        found: dict[int, dict[str, int]] = {}
        for row in connection.execute(query.group_by(MACHINE_TAG.c.term_id, MACHINE_TAG.c.state)):
            found.setdefault(row.term_id, {})[row.state] = row.number
        said = select(MACHINE_TAG.c.term_id, func.count().label("number")).join(
            VERSION, VERSION.c.id == MACHINE_TAG.c.version_id
        )
        said = said.where(MACHINE_TAG.c.state == TagState.PROPOSED, _IS_SAID)
        said = said.where(view.shows_version(MACHINE_TAG.c.version_id))
        for row in connection.execute(said.group_by(MACHINE_TAG.c.term_id)):
            found[row.term_id][TagState.PROPOSED] -= row.number
        return found

    def candidates(
        self, connection: Connection, terms: Sequence[tuple[int, float]], limit: int, view: View
    ) -> list[Row[Any]]:
        """Proposals of terms that are not set already, those nearest to a score first, until there are enough.

        terms: with the score, the first one first.
        """
        found: list[Row[Any]] = []
        joined = select(MACHINE_TAG, VERSION.c.sha1, VERSION.c.asset_id).join(
            VERSION, VERSION.c.id == MACHINE_TAG.c.version_id
        )
        for term, edge in terms[:_TERMS_ASKED]:
            mine = joined.where(
                MACHINE_TAG.c.term_id == term,
                MACHINE_TAG.c.state == TagState.PROPOSED,
                IS_CURRENT,
                not_(_IS_SAID),
                view.shows_version(VERSION.c.id),
            )
            score = MACHINE_TAG.c.score
            above = mine.where(score >= edge).order_by(score, MACHINE_TAG.c.version_id).limit(limit)
            below = mine.where(score < edge).order_by(score.desc(), MACHINE_TAG.c.version_id).limit(limit)
            found += [*connection.execute(above), *connection.execute(below)]
            if len(found) >= 4 * limit:
                break
        return found

    def of_term(
        self, connection: Connection, terms: Sequence[int], limit: int, view: View, states: Sequence[str]
    ) -> Sequence[Row[Any]]:
        """Where terms were found, the best score first."""
        query = (
            select(MACHINE_TAG, VERSION.c.sha1, VERSION.c.asset_id)
            .join(VERSION, VERSION.c.id == MACHINE_TAG.c.version_id)
            .where(
                in_ids(self._db, MACHINE_TAG.c.term_id, terms),
                MACHINE_TAG.c.state.in_(states),
                IS_CURRENT,
                view.shows_version(VERSION.c.id),
            )
        )
        order = (MACHINE_TAG.c.score.desc(), MACHINE_TAG.c.version_id)
        return connection.execute(query.order_by(*order).limit(limit)).all()

    def of_asset(self, connection: Connection, asset: int) -> Sequence[Row[Any]]:
        """What was found in the current version of an asset, the best score first."""
        query = (
            select(MACHINE_TAG, VERSION.c.sha1, VERSION.c.asset_id)
            .join(VERSION, VERSION.c.id == MACHINE_TAG.c.version_id)
            .where(VERSION.c.asset_id == asset, IS_CURRENT)
        )
        return connection.execute(query.order_by(MACHINE_TAG.c.score.desc(), MACHINE_TAG.c.term_id)).all()

    def of_content(self, connection: Connection, sha1: str) -> Sequence[Row[Any]]:
        """What was found in a content, the best score first."""
        query = (
            select(MACHINE_TAG, VERSION.c.sha1, VERSION.c.asset_id)
            .join(VERSION, VERSION.c.id == MACHINE_TAG.c.version_id)
            .where(VERSION.c.sha1 == sha1)
        )
        return connection.execute(query.order_by(MACHINE_TAG.c.score.desc(), MACHINE_TAG.c.term_id)).all()

    # ---- terms that become one

    @staticmethod
    def uses(connection: Connection, term: int) -> int:
        """How many verdicts and tags refer to a term."""
        return sum(
            connection.execute(select(func.count()).where(table.c.term_id == term)).scalar_one()
            for table in (VERDICT, MACHINE_TAG)
        )

    def move_term(self, connection: Connection, source: int, target: int) -> dict[str, Any]:
        """Give verdicts and tags of a term to another, unless it has one of the same content; returns what moved."""
        judged = select(VERDICT.c.sha1).where(VERDICT.c.term_id == target)
        moving = (VERDICT.c.term_id == source, VERDICT.c.sha1.not_in(judged))
        verdicts = list(connection.execute(select(VERDICT.c.id).where(*moving)).scalars())
        connection.execute(update(VERDICT).where(*moving).values(term_id=target))
        found = select(MACHINE_TAG.c.version_id).where(MACHINE_TAG.c.term_id == target)
        tagged = (MACHINE_TAG.c.term_id == source, MACHINE_TAG.c.version_id.not_in(found))
        versions = sorted(connection.execute(select(MACHINE_TAG.c.version_id).where(*tagged)).scalars())
        mine = MACHINE_TAG.c.term_id == source
        concerned = sorted(connection.execute(select(MACHINE_TAG.c.version_id).where(mine)).scalars())
        connection.execute(update(MACHINE_TAG).where(*tagged).values(term_id=target))
        # The target was found in the rest, too.
        aside = [dict(row._mapping) for row in connection.execute(select(MACHINE_TAG).where(mine))]
        connection.execute(delete(MACHINE_TAG).where(mine))
        self._restate_all(connection, concerned)
        return {"verdicts": verdicts, "versions": versions, "aside": aside}

    def return_term(self, connection: Connection, source: int, target: int, state: Mapping[str, Any]) -> None:
        """Undo `move_term`. Frames are looked at again for both: what was found may have changed meanwhile."""
        for some in chunked(state["verdicts"], CHUNK):
            mine = (in_ids(self._db, VERDICT.c.id, some), VERDICT.c.term_id == target)
            connection.execute(update(VERDICT).where(*mine).values(term_id=source))
        for some in chunked(state["versions"], CHUNK):
            tagged = (in_ids(self._db, MACHINE_TAG.c.version_id, some), MACHINE_TAG.c.term_id == target)
            connection.execute(update(MACHINE_TAG).where(*tagged).values(term_id=source))
        numbers = [row["version_id"] for row in state["aside"]]
        exist = in_ids(self._db, VERSION.c.id, numbers)
        present = set(connection.execute(select(VERSION.c.id).where(exist)).scalars())
        rows = [row for row in state["aside"] if row["version_id"] in present]
        for part in chunked(rows, 1000):
            connection.execute(self._db.insert(MACHINE_TAG).values(list(part)).on_conflict_do_nothing())
        both = CALIBRATION.c.term_id.in_((source, target))
        connection.execute(update(CALIBRATION).where(both).values(watermark=0))
        self._restate_all(connection, [*state["versions"], *present])

    def _restate_all(self, connection: Connection, versions: Sequence[int]) -> None:
        for some in chunked(sorted(set(versions)), CHUNK):
            self.lock(connection, some)
            self.restate(connection, some)


def _state_of(row: Any) -> tuple[TagState, str, float | None]:
    if row.is_accepted is not None:
        return (TagState.ACCEPTED if row.is_accepted else TagState.REJECTED), row.judge, row.judged
    is_set = row.threshold is not None and row.score >= row.threshold
    return (TagState.SET if is_set else TagState.PROPOSED), f"{MODEL_ACTOR}{row.model}", None
