"""Importing: the difference between a file and a vocabulary is planned in memory, and written in few statements.

A term of the file is one of the vocabulary if it has its URI, else its key, else the same label at the same place.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dampipe.features.vocabularies.errors import RETIRES_MANY, TOO_DEEP
from dampipe.features.vocabularies.events import VocabularyImported
from dampipe.features.vocabularies.facts import Change, OperationState
from dampipe.features.vocabularies.imported import (
    MOST_EXAMPLES,
    ImportedTerm,
    ImportedVocabulary,
    Notices,
    existing_id,
)
from dampipe.features.vocabularies.model import (
    MAX_DEPTH,
    ImportReport,
    Label,
    LabelKind,
    Note,
    OperationKind,
    TermFacts,
    TermState,
    best_label,
    fold,
    make_key,
)
from dampipe.features.vocabularies.writer import TermWriter, with_ids
from dampipe.kernel.errors import Conflict, InvalidInput

MANY_MISSING = 0.5
"""The share of imported terms that a file may lack, unless who imports it says that this is meant."""


class Missing(StrEnum):
    """What happens to imported terms that the file lacks."""

    AUTO = "auto"
    """A SKOS file retires them, unless it lacks most; a CSV file keeps them."""
    RETIRE = "retire"
    KEEP = "keep"


@dataclass
class Plan:
    """What an import would do. New terms have ids below 0."""

    new: list[TermFacts] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    retired: int = 0
    unchanged: int = 0
    kept: int = 0
    examples: list[str] = field(default_factory=list)
    notices: Notices = field(default_factory=Notices)

    def note(self, text: str) -> None:
        """Keep some of the changes, in words."""
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(text)


def plan_import(writer: TermWriter, file: ImportedVocabulary, *, missing: Missing, overwrite: bool) -> Plan:
    """Compare a file with the vocabulary. overwrite: replace what people have written here, too.

    Raises Conflict where the file lacks most of the imported terms, and the caller did not say that this is meant.
    """
    return _Planner(writer, file, missing, overwrite).plan()


def apply_import(writer: TermWriter, plan: Plan, name: str) -> ImportReport:
    """Write what was planned, as one operation with its event. name: of the file."""
    report = report_of(plan, dry_run=False)
    if not plan.new and not plan.changed:
        return report
    ids = writer.insert(plan.new)
    changes = [(before, with_ids(after, ids)) for before, after in plan.changed]
    writer.change(changes)
    summary = f"imported {name}: {report.added} added, {report.changed} changed, {report.retired} retired"
    state = OperationState(added=tuple(ids.values()), changed=changes)
    operation = writer.record(OperationKind.IMPORT, summary, state)
    writer.announce(
        VocabularyImported(
            vocabulary=writer.vocabulary.key,
            operation=operation.id,
            added=report.added,
            changed=report.changed,
            retired=report.retired,
        )
    )
    return report.model_copy(update={"operation": operation})


def report_of(plan: Plan, *, dry_run: bool) -> ImportReport:
    """What a plan says, as faces show it."""
    return ImportReport(
        dry_run=dry_run,
        added=len(plan.new),
        changed=len(plan.changed) - plan.retired,
        retired=plan.retired,
        unchanged=plan.unchanged,
        kept=plan.kept,
        examples=tuple(plan.examples),
        notices=plan.notices.texts(),
    )


class _Planner:
    def __init__(
        self, writer: TermWriter, file: ImportedVocabulary, missing: Missing, overwrite: bool
    ) -> None:
        self._writer = writer
        self._file = file
        self._missing = missing
        self._overwrite = overwrite
        self._plan = Plan(notices=file.notices)
        self._existing = writer.facts()
        self._languages = writer.vocabulary.languages
        self._ids: dict[str, int] = {}
        """By ref: the id of the term."""
        self._kept: set[int] = set()
        """Terms of which something that people wrote stays although the file says something else."""
        self._after: dict[int, TermFacts] = {}

    def plan(self) -> Plan:
        self._identify()
        new = [one for one in self._file.terms if self._ids[one.ref] < 0]
        wanted = [one.key or make_key(best_label(one.labels, self._languages)) for one in new]
        keys = self._writer.free_keys(wanted, {facts.key for facts in self._existing.values()})
        for one, key in zip(new, keys, strict=True):
            self._after[self._ids[one.ref]] = self._new(one, key)
        for one in self._file.terms:
            if self._ids[one.ref] > 0:
                self._after[self._ids[one.ref]] = self._changed(one, self._existing[self._ids[one.ref]])
        gone = self._gone()
        for term in gone:
            facts = self._existing[term]
            self._after[term] = replace(facts, state=TermState.RETIRED, is_missing=True)
        self._break_cycles()
        self._lift()
        self._check_depth()
        self._note_twins()
        self._collect(gone)
        return self._plan

    def _identify(self) -> None:
        """Find out which term of the vocabulary each term of the file is."""
        by_uri = {facts.uri: facts.id for facts in self._existing.values() if facts.uri}
        by_key = {facts.key: facts.id for facts in self._existing.values()}
        places: dict[tuple[int | None, str], int] = {}
        for facts in sorted(
            self._existing.values(), key=lambda one: (one.state is TermState.RETIRED, one.id)
        ):
            for label in facts.labels:
                if label.kind is LabelKind.PREFERRED:
                    places.setdefault((facts.parent, fold(label.text)), facts.id)
        taken: set[int] = set()
        number = 0
        for one in self._ordered():
            found = by_uri.get(one.uri) if one.uri else None
            if found is None and one.key:
                found = by_key.get(one.key)
                if found is not None and one.uri and self._existing[found].uri:
                    found = None  # the same notation, and another concept
            if found is None and not self._file.is_external:
                parent = self._id_of(one.parents[0]) if one.parents else None
                texts = (fold(label.text) for label in one.labels if label.kind is LabelKind.PREFERRED)
                found = next((places[parent, text] for text in texts if (parent, text) in places), None)
            if found is None or found in taken:
                number -= 1
                found = number
            taken.add(found)
            self._ids[one.ref] = found

    def _id_of(self, ref: str) -> int | None:
        return self._ids.get(ref) or (None if self._file.is_external else existing_id(ref))

    def _ordered(self) -> Iterable[ImportedTerm]:
        """The terms of the file; where labels at places identify them, each after its parent."""
        if self._file.is_external:
            return self._file.terms
        terms = {one.ref: one for one in self._file.terms}
        found: dict[str, ImportedTerm] = {}
        for start in self._file.terms:
            chain: list[ImportedTerm] = []
            one: ImportedTerm | None = start
            seen: set[str] = set()
            while one is not None and one.ref not in found and one.ref not in seen:
                seen.add(one.ref)
                chain.append(one)
                one = terms.get(one.parents[0]) if one.parents else None
            found.update((link.ref, link) for link in reversed(chain))
        return found.values()

    def _parents(self, one: ImportedTerm) -> list[int]:
        """The ids of the broader terms that the file gives."""
        term = self._ids[one.ref]
        found: list[int] = []
        for ref in one.parents:
            parent = self._id_of(ref)
            if parent == term:
                self._plan.notices.add("terms are said to be below themselves, which was left out", one.ref)
            elif parent is not None and parent not in found:
                found.append(parent)
        return found

    def _new(self, one: ImportedTerm, key: str) -> TermFacts:
        parents = self._parents(one)
        imported = self._file.is_external
        return TermFacts(
            self._ids[one.ref],
            key,
            parents[0] if parents else None,
            tuple(sorted(parents[1:])),
            one.position or 0,
            one.state or TermState.ACTIVE,
            uri=one.uri,
            is_placed=not imported,
            labels=tuple(sorted(one.labels)),
            notes=tuple(sorted(one.notes)),
        )

    def _changed(self, one: ImportedTerm, facts: TermFacts) -> TermFacts:
        changed = replace(facts, uri=one.uri or facts.uri)
        changed = replace(changed, labels=self._labels(one, facts), notes=self._notes(one, facts))
        if one.position is not None:
            changed = replace(changed, position=one.position)
        if self._file.has_places:
            changed = self._placed(one, changed)
        return self._in_state(one, changed)

    def _placed(self, one: ImportedTerm, facts: TermFacts) -> TermFacts:
        parents = self._parents(one)
        keeps_place = facts.is_placed and not self._overwrite
        if self._file.is_external:
            facts = replace(facts, is_placed=keeps_place)
        first = parents[0] if parents else None
        parent = facts.parent if facts.parent in parents or keeps_place else first
        if parent in parents or not keeps_place:
            return replace(facts, parent=parent, broader=tuple(sorted(set(parents) - {parent})))
        if parents or parent is not None:
            self._kept.add(facts.id)
        return replace(facts, parent=parent, broader=tuple(sorted(set(parents[1:]) - {parent})))

    def _in_state(self, one: ImportedTerm, facts: TermFacts) -> TermFacts:
        if facts.merged_into is not None:
            self._kept.add(facts.id)
            return self._existing[facts.id]
        wanted = one.state or (TermState.ACTIVE if facts.is_missing else facts.state)
        if self._file.is_external and wanted is TermState.ACTIVE and facts.state is TermState.PROPOSED:
            wanted = facts.state
        is_kept = facts.state is TermState.RETIRED and not facts.is_missing and wanted is not facts.state
        if is_kept and not self._overwrite:
            self._kept.add(facts.id)
            return facts
        return replace(facts, state=wanted, is_missing=False)

    def _labels(self, one: ImportedTerm, facts: TermFacts) -> tuple[Label, ...]:
        """The labels after the import: those of the file, and those of people where these are not to be overwritten."""
        if self._overwrite:
            columns = self._file.columns
            stays = [
                label
                for label in facts.labels
                if columns is not None and (label.kind.value, label.language) not in columns
            ]
        else:
            stays = [label for label in facts.labels if not label.is_imported]
        preferred = {label.language: label for label in stays if label.kind is LabelKind.PREFERRED}
        seen = {(label.language, fold(label.text)) for label in stays}
        found = list(stays)
        known = {(label.language, label.kind, label.text): label for label in facts.labels}
        for label in one.labels:
            if (label.language, fold(label.text)) in seen:
                continue
            seen.add((label.language, fold(label.text)))
            if label.kind is LabelKind.PREFERRED and label.language in preferred:
                self._kept.add(facts.id)
                label = replace(label, kind=LabelKind.ALTERNATIVE)
            found.append(known.get((label.language, label.kind, label.text), label))
        if not any(label.kind is LabelKind.PREFERRED for label in found):
            found += [label for label in facts.labels if label.kind is LabelKind.PREFERRED]
        return tuple(sorted(set(found)))

    def _notes(self, one: ImportedTerm, facts: TermFacts) -> tuple[Note, ...]:
        columns = self._file.columns
        if self._overwrite:
            stays = [
                note
                for note in facts.notes
                if columns is not None and (note.kind.value, note.language) not in columns
            ]
        else:
            stays = [note for note in facts.notes if not note.is_imported]
        seen = {(note.language, note.kind, note.text) for note in stays}
        known = {(note.language, note.kind, note.text): note for note in facts.notes}
        said = ((note.language, note.kind, note.text) for note in one.notes)
        added = (known.get(note) or Note(*note, self._file.is_external) for note in said if note not in seen)
        return tuple(sorted({*stays, *added}))

    def _gone(self) -> list[int]:
        """The imported terms that the file lacks, and that are to be retired."""
        imported = [
            one
            for one in self._existing.values()
            if (one.uri or not self._file.is_external) and one.state is not TermState.RETIRED
        ]
        gone = [one.id for one in imported if one.id not in self._after]
        if not gone or self._missing is Missing.KEEP:
            return []
        if self._missing is Missing.AUTO:
            if not self._file.is_external:
                return []
            if len(gone) > len(imported) * MANY_MISSING:
                raise Conflict(RETIRES_MANY, count=len(gone), total=len(imported))
        return sorted(gone)

    def _facts(self, term: int) -> TermFacts:
        return self._after.get(term) or self._existing[term]

    def _break_cycles(self) -> None:
        """Leave out each relation that would put a term below itself: the one that closes the circle, in the order of
        the file."""
        done: set[int] = set()
        for start in self._after:
            if start in done:
                continue
            path: list[int] = []
            on_path: set[int] = set()
            waiting: list[tuple[int, int | None]] = [(start, None)]
            while waiting:
                term, child = waiting.pop()
                if term == _LEAVE:
                    left = path.pop()
                    on_path.discard(left)
                    done.add(left)
                elif term in on_path:
                    assert child is not None
                    self._cut(child, term)
                elif term not in done:
                    path.append(term)
                    on_path.add(term)
                    waiting.append((_LEAVE, None))
                    facts = self._facts(term)
                    waiting += [(one, term) for one in (facts.parent, *facts.broader) if one is not None]

    def _cut(self, child: int, parent: int) -> None:
        facts = self._facts(child)
        names = [best_label(self._facts(one).labels, self._languages) for one in (child, parent)]
        self._plan.notices.add(
            "relations would put a term below itself and were left out", f"{names[0]} below {names[1]}"
        )
        if facts.parent == parent:
            others = [one for one in facts.broader if one != parent]
            # Not another broader term in its place: it may be a part of another circle, which is looked at as it stands.
            self._after[child] = replace(facts, parent=None, broader=tuple(others))
        else:
            broader = tuple(one for one in facts.broader if one != parent)
            self._after[child] = replace(facts, broader=broader)

    def _lift(self) -> None:
        """Put usable terms below usable ones: a term whose parent is retired gets another broader term as its parent, or
        the next usable one above."""
        for term in [*self._after, *(one for one in self._existing if one not in self._after)]:
            facts = self._facts(term)
            if facts.state is TermState.RETIRED:
                continue
            if facts.parent is not None and self._facts(facts.parent).state is not TermState.RETIRED:
                continue
            others = [one for one in facts.broader if self._facts(one).state is not TermState.RETIRED]
            above = facts.parent
            while above is not None and self._facts(above).state is TermState.RETIRED:
                above = self._facts(above).parent
            parent = others[0] if others else above
            if parent != facts.parent:
                broader = tuple(one for one in facts.broader if one != parent)
                self._after[term] = replace(facts, parent=parent, broader=broader)

    def _check_depth(self) -> None:
        """Raise InvalidInput if the tree is too deep."""
        depths: dict[int, int] = {}
        for start in self._after:
            chain: list[int] = []
            term: int | None = start
            while term is not None and term not in depths:
                chain.append(term)
                term = self._facts(term).parent
            depth = depths[term] if term is not None else 0
            for one in reversed(chain):
                depth += 1
                depths[one] = depth
            if depth > MAX_DEPTH:
                raise InvalidInput(TOO_DEEP, limit=MAX_DEPTH)

    def _note_twins(self) -> None:
        """Say which labels stand several times at one place: they are accepted, and named by their keys only."""
        seen: Counter[tuple[int | None, str, str]] = Counter()
        for facts in self._after.values():
            if facts.state is not TermState.RETIRED:
                for label in facts.labels:
                    if label.kind is LabelKind.PREFERRED:
                        seen[facts.parent, label.language, fold(label.text)] += 1
        for (_, _, text), count in seen.items():
            if count > 1:
                self._plan.notices.add("labels stand several times at one place", text)

    def _collect(self, gone: Sequence[int]) -> None:
        retired = set(gone)
        plan = self._plan
        added: list[str] = []
        for term, after in self._after.items():
            label = best_label(after.labels, self._languages)
            if term < 0:
                plan.new.append(after)
                added.append(f"adds {label}")
                continue
            before = self._existing[term]
            if after == before:
                plan.unchanged += 1
                continue
            plan.changed.append((before, after))
            if after.state is TermState.RETIRED and before.state is not TermState.RETIRED:
                plan.retired += 1
                why = "which the file lacks" if term in retired else "as the file says"
                plan.note(f"retires {label}, {why}")
            else:
                plan.note(_words(before, after, self._languages, self._place))
        plan.kept = len(self._kept)
        plan.new.sort(key=lambda one: -one.id)
        for text in added:  # last: what changes concerns values that there are
            plan.note(text)

    def _place(self, term: int | None) -> str:
        return "the top" if term is None else best_label(self._facts(term).labels, self._languages)


_LEAVE = 0
"""No term has this id: a term of a path was looked at with all that is above it."""


def _words(before: TermFacts, after: TermFacts, languages: tuple[str, ...], place: object) -> str:
    old, new = best_label(before.labels, languages), best_label(after.labels, languages)
    assert callable(place)
    if old != new:
        return f"renames {old} to {new}"
    if before.parent != after.parent:
        return f"moves {new} from {place(before.parent)} to {place(after.parent)}"
    if before.state is not after.state:
        return f"makes {new} {after.state.value}"
    if before.labels != after.labels:
        return f"changes the labels of {new}"
    return f"changes {new}"
