"""The use cases of machine tags."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.assets.service import AssetService
from dampipe.features.machinetags.errors import (
    FIELD_UNFIT,
    NO_FIELD,
    NOT_CHOSEN,
    NOT_FOUND,
    NOTHING_TO_UNDO,
    UNKNOWN_TERM,
)
from dampipe.features.machinetags.events import (
    MachineTagAccepted,
    MachineTaggingChanged,
    MachineTagRejected,
    VerdictUndone,
)
from dampipe.features.machinetags.model import (
    MachineTag,
    PrecisionReport,
    SchemeReport,
    SchemeRequest,
    TagState,
    TermRequest,
    UndoneVerdict,
    VerdictRequest,
)
from dampipe.features.machinetags.names import terms_named
from dampipe.features.machinetags.precision import PRECISION, PROPOSED_FROM, information, wilson
from dampipe.features.machinetags.queries import MachineTagRepository, Scheme
from dampipe.features.machinetags.shown import ShownTags
from dampipe.features.machinetags.tagger import Tagged, Tagger
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.search.query_vectors import QueryEncoder
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import TERM, VOCABULARY
from dampipe.kernel.access import EDIT, MANAGE, READ, Actor, require
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.visibility import Visibility

_FRESH = PROPOSED_FROM + 0.75
"""The score near which verdicts on a term say most while it has no threshold; see `information`."""
LIMIT = 1000
"""Tags of one answer, at most."""


class MachineTagService:
    """Machine tags. Terms are named as `terms_named` says. Any method may raise CatalogueDown and Forbidden."""

    def __init__(
        self,
        database: Database,
        tags: MachineTagRepository,
        terms: TermRepository,
        fields: LibraryFields,
        assets: AssetService,
        tagger: Tagger,
        encoder: QueryEncoder,
        shown: ShownTags,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._tags = tags
        self._terms = terms
        self._fields = fields
        self._assets = assets
        self._tagger = tagger
        self._encoder = encoder
        self._shown = shown
        self._visibility = visibility

    # ---- what is looked for

    def schemes(self, actor: Actor) -> list[SchemeReport]:
        """The vocabularies whose terms a model proposes, those that were turned off included."""
        require(actor, READ)
        view = self._visibility.of(actor)
        pending = set(self._tagger.pending())
        with self._db.read() as connection:
            schemes = self._tags.schemes(connection)
            wanted, counts = (
                self._shown.terms(connection, actor, schemes),
                self._tags.counts(connection, view),
            )
        reports = []
        for scheme in schemes:
            mine = [term for term in wanted if term.scheme == scheme]
            reports.append(
                SchemeReport(
                    vocabulary=scheme.vocabulary,
                    field=scheme.field,
                    on=scheme.is_on,
                    precision=scheme.precision,
                    terms=sum(term.is_on for term in mine),
                    sensitive=sum(term.is_sensitive and not term.is_on for term in mine),
                    proposed=sum(
                        counts.get(term.id, {}).get(TagState.PROPOSED, 0) for term in mine if term.is_on
                    ),
                    pending=len(pending & {term.id for term in mine}),
                )
            )
        return reports

    def choose(self, actor: Actor, vocabulary: str, request: SchemeRequest) -> SchemeReport:
        """Let a model propose terms of a vocabulary, or change how. Raises NotFound, InvalidInput for the field."""
        require(actor, MANAGE)
        with self._db.write() as connection:
            found = self._terms.vocabulary(connection, vocabulary)
            old = {one.vocabulary: one for one in self._tags.schemes(connection)}.get(vocabulary)
            field = request.field or (old.field if old else self._field_for(connection, vocabulary))
            self._require_fit(self._fields.all(connection).get(field), field, vocabulary)
            precision = request.precision or (old.precision if old else PRECISION)
            self._tags.save_scheme(connection, found.id, field, precision, is_on=request.on)
            record_event(connection, MachineTaggingChanged(vocabulary=vocabulary, on=request.on), actor=actor)
        return next(one for one in self.schemes(actor) if one.vocabulary == vocabulary)

    def _field_for(self, connection: Connection, vocabulary: str) -> str:
        fitting = [one.key for one in self._fields.all(connection).values() if _fits(one, vocabulary)]
        if not fitting:
            raise InvalidInput(NO_FIELD, vocabulary=vocabulary)
        return vocabulary if vocabulary in fitting else fitting[0]

    @staticmethod
    def _require_fit(field: MetadataField | None, key: str, vocabulary: str) -> None:
        if field is None or not _fits(field, vocabulary):
            raise InvalidInput(FIELD_UNFIT, field=key, vocabulary=vocabulary)

    def set_term(self, actor: Actor, name: str, request: TermRequest) -> PrecisionReport:
        """Say how a term is looked for. Raises NotFound."""
        require(actor, MANAGE)
        with self._db.write() as connection:
            term = self._term(connection, actor, name)
            values = {
                "facet": request.facet,
                "prompts": None
                if request.prompts is None
                else json.dumps(request.prompts)
                if request.prompts
                else "",
                "is_on": request.on,
                "precision": request.precision,
            }
            given = {key: value for key, value in values.items() if value is not None}
            if given:
                self._tags.save_term(connection, term, given)
                vocabulary, key = self._name(connection, term)
                event = MachineTaggingChanged(vocabulary=vocabulary, term=key, on=request.on)
                record_event(connection, event, actor=actor)
        return next(iter(self._precision(actor, [term])))

    def run(self, actor: Actor, seconds: float = 3600.0) -> Tagged:
        """Look for terms here and now. Raises Busy while another process does, SearchUnavailable without a model."""
        require(actor, MANAGE)
        with advisory_lock(self._db, "machinetags"):
            return self._tagger.run(seconds)

    # ---- reviewing

    def review(self, actor: Actor, vocabulary: str | None = None, limit: int = 50) -> list[MachineTag]:
        """Proposals, those first on which a verdict says most. Raises NotFound."""
        require(actor, READ)
        view, limit = self._visibility.of(actor), min(limit, LIMIT)
        with self._db.read() as connection:
            schemes = [one for one in self._schemes(connection, vocabulary) if one.is_on]
            terms = {term.id: term for term in self._shown.terms(connection, actor, schemes) if term.is_on}
            judged = self._tags.judged(connection)
            calibrations = self._tags.calibrations(connection, self._encoder.model)
            thresholds = {term: one.threshold for term, one in calibrations.items()}
            counts = {term: len(judged.get(term, ())) for term in terms}
            edges = [
                (term, thresholds.get(term) or _FRESH) for term in sorted(terms, key=lambda one: counts[one])
            ]
            rows = self._tags.candidates(connection, edges, limit, view)
        ranked = sorted(
            rows,
            key=lambda row: (
                -information(row.score, thresholds.get(row.term_id), counts[row.term_id]),
                row.version_id,
                row.term_id,
            ),
        )
        return self._shown.tags(actor, ranked[:limit], terms)

    def judge(self, actor: Actor, request: VerdictRequest) -> MachineTag:
        """Accept or reject a tag that a model has found. An accepted term implies its broader ones. Raises NotFound."""
        require(actor, EDIT)
        sha1 = self._assets.sha1(actor, request.sha1)
        with self._db.write() as connection:
            version = self._tags.version_of(connection, sha1)
            assets = self._tags.lock(connection, [] if version is None else [version])
            term = self._term(connection, actor, request.term)
            row = self._tags.find(connection, sha1, term)
            if version is None or not assets or row is None:
                raise NotFound(NOT_FOUND, term=request.term, asset=sha1[:12])
            broader = self._broader(connection, term) if request.accept else set()
            self._tags.judge(connection, sha1, term, broader, str(actor), accept=request.accept)
            self._tags.restate(connection, [version])
            vocabulary, key = self._name(connection, term)
            kind = MachineTagAccepted if request.accept else MachineTagRejected
            event = kind(vocabulary=vocabulary, term=key)
            record_event(connection, event, actor=actor, asset=assets[0], sha1=sha1)
        return next(one for one in self._of(actor, sha1) if (one.vocabulary, one.term) == (vocabulary, key))

    def undo(self, actor: Actor) -> UndoneVerdict:
        """Take back the actor's last verdict. Raises NotFound if there is none."""
        require(actor, EDIT)
        with self._db.write() as connection:
            verdict = self._tags.last_verdict(connection, str(actor), self._visibility.of(actor))
            if verdict is None:
                raise NotFound(NOTHING_TO_UNDO, actor=str(actor))
            version = self._tags.version_of(connection, verdict.sha1)
            assets = [] if version is None else self._tags.lock(connection, [version])
            self._tags.take_back(connection, verdict.id)
            if version is not None:
                self._tags.restate(connection, [version])
            vocabulary, key = self._name(connection, verdict.term_id)
            event = VerdictUndone(vocabulary=vocabulary, term=key)
            asset = assets[0] if assets else None
            record_event(connection, event, actor=actor, asset=asset, sha1=verdict.sha1)
        return UndoneVerdict(sha1=verdict.sha1, vocabulary=vocabulary, term=key, accepted=verdict.is_accepted)

    # ---- reading

    def precision(self, actor: Actor, vocabulary: str | None = None) -> list[PrecisionReport]:
        """How often proposals of terms are right, those with most verdicts first, as far as the actor sees them."""
        require(actor, READ)
        with self._db.read() as connection:
            schemes = self._schemes(connection, vocabulary)
            terms = [term.id for term in self._shown.terms(connection, actor, schemes)]
        found = self._precision(actor, terms)
        return sorted(found, key=lambda one: (-(one.accepted + one.rejected), one.vocabulary, one.label))

    def moments(self, actor: Actor, name: str, limit: int = 100) -> list[MachineTag]:
        """Where a term, or a narrower one, is set or accepted: assets with their moments, the best score first."""
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            below = self._terms.narrower(connection, [self._term(connection, actor, name)])
            terms = {
                one.id: one for one in self._shown.terms(connection, actor, self._tags.schemes(connection))
            }
            states = (TagState.SET, TagState.ACCEPTED)
            rows = self._tags.of_term(connection, sorted(below), min(limit, LIMIT), view, states)
        return self._shown.tags(actor, [row for row in rows if row.term_id in terms], terms)

    def _precision(self, actor: Actor, numbers: Sequence[int]) -> list[PrecisionReport]:
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            terms = {one.id: one for one in self._tags.wanted(connection, self._tags.schemes(connection))}
            judged = self._tags.judged(connection, view=view)
            counts = self._tags.counts(connection, view)
            calibrations = self._tags.calibrations(connection, self._encoder.model)
        reports = []
        for number in numbers:
            if number not in terms:
                continue
            term, verdicts, states = terms[number], judged.get(number, []), counts.get(number, {})
            accepted = sum(is_right for _, is_right in verdicts)
            least, most = wilson(accepted, len(verdicts))
            calibration = calibrations.get(number)
            reports.append(
                PrecisionReport(
                    vocabulary=term.scheme.vocabulary,
                    term=term.key,
                    label=term.label,
                    on=term.is_on,
                    sensitive=term.is_sensitive,
                    accepted=accepted,
                    rejected=len(verdicts) - accepted,
                    least=round(least, 4),
                    most=round(most, 4),
                    wanted=term.precision,
                    threshold=None if calibration is None else calibration.threshold,
                    proposed=states.get(TagState.PROPOSED, 0),
                    set=states.get(TagState.SET, 0),
                )
            )
        return reports

    def _of(self, actor: Actor, sha1: str) -> list[MachineTag]:
        """All that was found in a content, rejected tags included."""
        with self._db.read() as connection:
            terms = {one.id: one for one in self._tags.wanted(connection, self._tags.schemes(connection))}
            rows = self._tags.of_content(connection, sha1)
        return self._shown.tags(actor, [row for row in rows if row.term_id in terms], terms)

    def _schemes(self, connection: Connection, vocabulary: str | None) -> list[Scheme]:
        schemes = self._tags.schemes(connection)
        if vocabulary is None:
            return schemes
        found = [one for one in schemes if one.vocabulary == vocabulary]
        if not found:
            raise NotFound(NOT_CHOSEN, vocabulary=vocabulary)
        return found

    def _term(self, connection: Connection, actor: Actor, name: str) -> int:
        schemes = self._tags.schemes(connection)
        found = terms_named(connection, self._db, schemes, name, self._shown.view_of_terms(actor))
        if len(found) != 1:
            raise NotFound(UNKNOWN_TERM, term=name)
        return found[0]

    @staticmethod
    def _name(connection: Connection, term: int) -> tuple[str, str]:
        query = select(VOCABULARY.c.key.label("vocabulary"), TERM.c.key).join(
            TERM, TERM.c.vocabulary_id == VOCABULARY.c.id
        )
        row = connection.execute(query.where(TERM.c.id == term)).one()
        return row.vocabulary, row.key

    def _broader(self, connection: Connection, term: int) -> set[int]:
        """All terms above one, by parents or besides."""
        found: set[int] = set()
        asked = {term}
        while asked:
            paths = self._terms.paths(connection, asked)
            above = {one for path in paths.values() for one in path}
            above |= {one for each in asked | above for one in self._terms.broader_of(connection, each)}
            asked = above - found - {term}
            found |= asked
        return found


def _fits(field: MetadataField, vocabulary: str) -> bool:
    is_of_it = field.type is FieldType.TERM and field.vocabulary == vocabulary
    return is_of_it and field.multiple and field.union
