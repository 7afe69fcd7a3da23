"""What is done with terms: add, rename, edit, move, merge, retire, approve, undo. Each is one operation, with its record
and its event, in the transaction of the caller, who has checked the rights and locked the vocabulary."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dampipe.features.vocabularies.errors import (
    CANNOT_UNDO,
    CYCLE,
    HAS_NARROWER,
    LABEL_INVALID,
    LABEL_MISSING,
    LABEL_TAKEN,
    LAST_LABEL,
    MERGE_NARROWER,
    MERGE_SELF,
    NOT_ACTIVE,
    NOT_PROPOSED,
    NOTHING_CHANGED,
    NOTHING_TO_UNDO,
    OPERATION_NOT_FOUND,
    TOO_DEEP,
)
from dampipe.features.vocabularies.events import OperationUndone, TermsChanged
from dampipe.features.vocabularies.facts import Change, OperationState, take_back
from dampipe.features.vocabularies.model import (
    MAX_DEPTH,
    MAX_TERM_KEY,
    Label,
    LabelKind,
    LabelReport,
    Note,
    OperationKind,
    OperationReport,
    TermEdit,
    TermFacts,
    TermState,
    best_label,
    clean_label,
    fold,
    is_key,
    make_key,
    valid_language,
    valid_note,
)
from dampipe.features.vocabularies.tree import depth_of, height_of, narrower_of
from dampipe.features.vocabularies.writer import TermWriter, find_operation, new_facts, operation_report
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.term_uses import move_all, restore_all

Done = tuple[int, OperationReport | None]
"""The id of a term, and what was done; None: nothing had to be."""


def name_of(writer: TermWriter, facts: TermFacts) -> str:
    """What a term is called in messages."""
    return best_label(facts.labels, writer.vocabulary.languages) or facts.key


def add_term(
    writer: TermWriter,
    label: str,
    language: str | None,
    parent: int | None,
    state: TermState,
    synonyms: Sequence[str] = (),
    key: str | None = None,
) -> Done:
    """Add a term. The one that is at this place with this label is returned, and made usable if it is retired; where
    that was merged into another, this one. Raises InvalidInput or Conflict."""
    text = clean_label(label)
    tongue = _default(writer) if language is None else language
    if key is not None and not is_key(key):
        raise InvalidInput(LABEL_INVALID, label=key[:200], max_length=MAX_TERM_KEY)
    if parent is not None:
        _usable(writer, parent)
    same = [row.id for row in writer.preferred_at(parent, [fold(text)]).get(fold(text), [])]
    if same:
        return _use_again(writer, same, state)
    if depth_of(writer.connection, parent) + 1 > MAX_DEPTH:
        raise Conflict(TOO_DEEP, limit=MAX_DEPTH)
    labels = [Label(tongue, LabelKind.PREFERRED, text)]
    seen = {fold(text)}
    for synonym in map(clean_label, synonyms):
        if fold(synonym) not in seen:
            seen.add(fold(synonym))
            labels.append(Label(tongue, LabelKind.ALTERNATIVE, synonym))
    free = writer.free_keys([key or make_key(text)])[0]
    facts = new_facts(0, labels, free, parent=parent, state=state, is_placed=True)
    term = writer.insert([facts])[facts.id]
    verb = "proposed" if state is TermState.PROPOSED else "added"
    operation = writer.record(OperationKind.ADD, f"{verb} {text}", OperationState(added=(term,)))
    _announce(writer, operation, replace(facts, id=term))
    return term, operation


def add_terms(
    writer: TermWriter, labels: Sequence[str], state: TermState, *, exact: bool = False
) -> dict[str, int]:
    """Add terms that assets are about to get at the top, as one operation; returns the terms by label. Labels that exist
    there lead to their terms, which are made usable if they are retired.

    exact: labels that differ in case are different terms; else they are one, and that with the same spelling is
    preferred.
    """
    texts = {label: clean_label(label) for label in labels}
    form: Callable[[str], str] = str if exact else fold
    existing = writer.preferred_at(None, {fold(text) for text in texts.values()})
    rows = [row for some in existing.values() for row in some]
    spelled = {row.text: row for row in reversed(rows)}
    found = {form(row.text): row for row in reversed(rows)}
    found |= {form(text): spelled[text] for text in texts.values() if text in spelled}
    terms = {label: row.merged_into_id or row.id for label, row in found.items()}
    new: dict[str, str] = {}
    for text in texts.values():
        if form(text) not in terms:
            new.setdefault(form(text), text)
    keys = writer.free_keys([make_key(text) for text in new.values()])
    tongue = _default(writer)
    facts = [
        new_facts(
            number,
            [Label(tongue, LabelKind.PREFERRED, text)],
            keys[number],
            state=state,
            is_placed=True,
            came_with_value=True,
        )
        for number, text in enumerate(new.values())
    ]
    ids = writer.insert(facts)
    terms |= {label: ids[one.id] for label, one in zip(new, facts, strict=True)}
    wanted = {form(text) for text in texts.values()}
    found = {label: row for label, row in found.items() if label in wanted}
    retired = [row.id for row in found.values() if row.state == TermState.RETIRED and not row.merged_into_id]
    changes = [(one, replace(one, state=state, is_missing=False)) for one in writer.facts(retired).values()]
    writer.change(changes)
    if facts or changes:
        count = len(facts) + len(changes)
        what = OperationState(added=tuple(ids.values()), changed=changes)
        operation = writer.record(OperationKind.ADD, f"added {count} terms", what)
        first = replace(facts[0], id=ids[facts[0].id]) if facts else changes[0][1]
        _announce(writer, operation, first, count=count)
    return {label: terms[form(text)] for label, text in texts.items()}


def rename(writer: TermWriter, term: int, label: str, language: str | None, *, keep: bool) -> Done:
    """Give a term another preferred label in a language. keep: the old one becomes a synonym."""
    before = _usable(writer, term)
    text = clean_label(label)
    tongue = _default(writer) if language is None else language
    if language is None and not _preferred(before, tongue):
        only = [one.language for one in before.labels if one.kind is LabelKind.PREFERRED]
        tongue = only[0] if len(only) == 1 else tongue
    old = _preferred(before, tongue)
    if old and old.text == text:
        raise Conflict(NOTHING_CHANGED, term=text)
    _require_free(writer, text, before.parent, term)
    labels = {
        one for one in before.labels if one != old and (one.language, fold(one.text)) != (tongue, fold(text))
    }
    labels.add(Label(tongue, LabelKind.PREFERRED, text))
    if keep and old and fold(old.text) != fold(text):
        labels.add(Label(tongue, LabelKind.ALTERNATIVE, old.text))
    after = replace(before, labels=tuple(sorted(labels)))
    was = old.text if old else name_of(writer, before)
    return _done(writer, OperationKind.RENAME, f"renamed {was} to {text}", [(before, after)])


def edit(writer: TermWriter, term: int, request: TermEdit) -> Done:
    """Add and remove labels and notes of a term."""
    before = _usable(writer, term)
    labels = set(before.labels)
    for text in request.remove:
        gone = [
            one for one in labels if fold(one.text) == fold(text) and request.language in (None, one.language)
        ]
        if not gone:
            raise NotFound(LABEL_MISSING, term=name_of(writer, before), label=text)
        labels.difference_update(gone)
    for added in request.add:
        label = _label(added)
        labels = {
            one
            for one in labels
            if (one.language, fold(one.text)) != (label.language, fold(label.text))
            and not (label.kind is one.kind is LabelKind.PREFERRED and one.language == label.language)
        }
        if label.kind is LabelKind.PREFERRED:
            _require_free(writer, label.text, before.parent, term)
        labels.add(label)
    if not any(one.kind is LabelKind.PREFERRED for one in labels):
        raise Conflict(LAST_LABEL, term=name_of(writer, before), label=name_of(writer, before))
    notes = set(before.notes)
    for note in request.notes:
        notes = {one for one in notes if (one.kind, one.language) != (note.kind, note.language)}
        if note.text.strip():
            notes.add(Note(note.language, note.kind, valid_note(note.text)))
    after = replace(before, labels=tuple(sorted(labels)), notes=tuple(sorted(notes)))
    if after == before:
        raise Conflict(NOTHING_CHANGED, term=name_of(writer, before))
    return _done(writer, OperationKind.EDIT, f"edited {name_of(writer, before)}", [(before, after)])


def move(writer: TermWriter, term: int, parent: int | None, position: int | None = None) -> Done:
    """Put a term, with its branch, below another or at the top; other broader terms of it stay.

    position: among its siblings; None: as it is. Raises Conflict for a place in its own branch.
    """
    before = _usable(writer, term)
    if parent is not None:
        above = _usable(writer, parent)
        if parent in narrower_of(writer.connection, writer.database, [term]):
            raise Conflict(CYCLE, term=name_of(writer, before), parent=name_of(writer, above))
    after = replace(
        before,
        parent=parent,
        broader=tuple(one for one in before.broader if one != parent),
        position=before.position if position is None else position,
        is_placed=True,
    )
    if after == replace(before, is_placed=True):
        raise Conflict(NOTHING_CHANGED, term=name_of(writer, before))
    if parent != before.parent:
        for label in before.labels:
            if label.kind is LabelKind.PREFERRED:
                _require_free(writer, label.text, parent, term)
        _require_depth(writer, parent, [term])
    place = "the top" if parent is None else name_of(writer, writer.facts([parent])[parent])
    return _done(writer, OperationKind.MOVE, f"moved {name_of(writer, before)} to {place}", [(before, after)])


def merge(writer: TermWriter, source: int, target: int) -> Done:
    """Merge a term into another, which gets its values, its narrower terms, and its labels as synonyms.

    A retired term may be merged, too. Raises Conflict if the target is the same, retired, or narrower.
    """
    connection, database = writer.connection, writer.database
    before = writer.facts([source])[source]
    if source == target:
        raise Conflict(MERGE_SELF, term=name_of(writer, before))
    if before.merged_into is not None:
        raise Conflict(NOT_ACTIVE, term=name_of(writer, before), state="merged already")
    into = _usable(writer, target)
    if target in narrower_of(connection, database, [source]):
        raise Conflict(MERGE_NARROWER, term=name_of(writer, before), target=name_of(writer, into))
    below = _below(writer, source)
    _require_depth(writer, target, [one.id for one in below if one.parent == source])
    changes: list[Change] = [
        (before, replace(before, state=TermState.RETIRED, merged_into=target, is_missing=False)),
        (
            into,
            replace(
                into,
                labels=_with_synonyms(into, before),
                came_with_value=into.came_with_value and before.came_with_value,
            ),
        ),
    ]
    for one in below:
        if one.id == target:
            continue
        parent = target if one.parent == source else one.parent
        others = {target if other == source else other for other in one.broader} - {parent, one.id}
        moved = replace(one, parent=parent, broader=tuple(sorted(others)))
        changes.append((one, moved))
    writer.change([(old, new) for old, new in changes if old != new])
    uses = move_all(connection, database, before.id, into.id)  # type: ignore[arg-type]
    summary = f"merged {name_of(writer, before)} into {name_of(writer, into)}"
    state = OperationState(changed=changes, merged=(source, target), uses=uses)
    operation = writer.record(OperationKind.MERGE, summary, state)
    _announce(writer, operation, before, target=into.key, count=len(changes))
    return target, operation


def retire(writer: TermWriter, term: int, *, with_narrower: bool = False) -> Done:
    """Let a term not be used any more; values that have it keep it.

    Raises Conflict if there are usable terms directly below it, unless they are to be retired as well.
    """
    before = _usable(writer, term)
    branch = writer.facts(narrower_of(writer.connection, writer.database, [term]))
    others = {one for facts in branch.values() for one in _parents(facts)} - set(branch)
    every = {**writer.facts(others), **branch}
    kept = {one for one, facts in every.items() if facts.state is not TermState.RETIRED}
    facts = {one: branch[one] for one in branch if one in kept}
    below: dict[int, list[int]] = {}
    for one in facts.values():
        for above in _parents(one):
            below.setdefault(above, []).append(one.id)
    # What is also below another term that stays is not retired with this one.
    gone, waiting = {term}, [term]
    while waiting:
        for child in below.get(waiting.pop(), ()):
            if child not in gone and not (_parents(facts[child]) & kept) - gone:
                gone.add(child)
                waiting.append(child)
    if len(gone) > 1 and not with_narrower:
        raise Conflict(HAS_NARROWER, term=name_of(writer, before), count=len(gone) - 1)
    changes = [(facts[one], replace(facts[one], state=TermState.RETIRED)) for one in sorted(gone)]
    for one in facts.values():
        if one.id not in gone and one.parent in gone:  # it is also below another, which becomes its parent
            parent = min(_parents(one) & kept - gone)
            broader = tuple(other for other in one.broader if other != parent)
            changes.append((one, replace(one, parent=parent, broader=broader)))
    more = f" and what is below it ({len(gone) - 1})" if len(gone) > 1 else ""
    summary = f"retired {name_of(writer, before)}{more}"
    return _done(writer, OperationKind.RETIRE, summary, changes, term)


def approve(writer: TermWriter, term: int) -> Done:
    """Let a term that was proposed, or that came with a value, be an active one that everybody sees. Raises Conflict if
    it is one already, or is retired."""
    before = writer.facts([term])[term]
    came_with_value = before.state is TermState.ACTIVE and before.came_with_value
    if before.state is not TermState.PROPOSED and not came_with_value:
        raise Conflict(NOT_PROPOSED, term=name_of(writer, before), state=before.state.value)
    after = replace(before, state=TermState.ACTIVE, came_with_value=False)
    return _done(writer, OperationKind.APPROVE, f"approved {name_of(writer, before)}", [(before, after)])


def undo(writer: TermWriter, operation: int | None) -> OperationReport:
    """Undo an operation; None: the newest that was not undone. Terms that it added are retired.

    Raises NotFound, and Conflict where what it changed was changed since.
    """
    key = writer.vocabulary.key
    row = find_operation(writer.connection, writer.vocabulary, operation)
    if row is None and operation is None:
        raise NotFound(NOTHING_TO_UNDO, vocabulary=key)
    if row is None:
        raise NotFound(OPERATION_NOT_FOUND, vocabulary=key, operation=operation)
    if row.undone_at is not None:
        raise Conflict(CANNOT_UNDO, operation=row.id, reason="it was undone already")
    state = OperationState.from_json(row.state)
    current = writer.facts({*state.added, *(before.id for before, _ in state.changed)})
    changes: list[Change] = []
    for term in state.added:
        facts = current.get(term)
        if facts is not None and facts.state is not TermState.RETIRED:
            missing = row.kind == OperationKind.IMPORT
            changes.append((facts, replace(facts, state=TermState.RETIRED, is_missing=missing)))
    for before, after in state.changed:
        now = current.get(before.id)
        undone = take_back(now, before, after) if now else None
        if now is None or undone is None:
            name = name_of(writer, now or after)
            raise Conflict(CANNOT_UNDO, operation=row.id, reason=f"{name} was changed since")
        changes.append((now, undone))
    _check_undone(writer, row.id, changes, set(state.added))
    writer.change([(now, undone) for now, undone in changes if now != undone])
    if state.merged:
        source, target = state.merged
        restore_all(writer.connection, writer.database, source, target, dict(state.uses))  # type: ignore[arg-type]
    writer.mark_undone(row.id)
    writer.announce(OperationUndone(vocabulary=key, operation=row.id, kind=row.kind))
    return operation_report(row).model_copy(update={"undone_by": writer.actor, "undone_at": _time(writer)})


def _check_undone(
    writer: TermWriter, operation: int, changes: Sequence[Change], added: Collection[int]
) -> None:
    """Raise Conflict if the terms would not be a tree any more, or two of one place would have one label."""
    connection, database = writer.connection, writer.database
    after = {undone.id: undone for _, undone in changes}
    for now, undone in changes:
        parents = {undone.parent, *undone.broader} - {None} - {now.parent, *now.broader}
        if parents and parents & (narrower_of(connection, database, [now.id]) - set(after)):
            name = name_of(writer, now)
            raise Conflict(CANNOT_UNDO, operation=operation, reason=f"{name} would be below itself")
        returns = now.state is TermState.RETIRED and undone.state is not TermState.RETIRED
        if returns or undone.parent != now.parent or undone.labels != now.labels:
            texts = [fold(one.text) for one in undone.labels if one.kind is LabelKind.PREFERRED]
            for rows in writer.preferred_at(undone.parent, texts).values():
                others = [one for one in rows if one.id not in after and one.state != TermState.RETIRED]
                if others and undone.state is not TermState.RETIRED:
                    reason = f"there is another term {name_of(writer, undone)} at this place"
                    raise Conflict(CANNOT_UNDO, operation=operation, reason=reason)
    if _has_cycle(after):
        raise Conflict(CANNOT_UNDO, operation=operation, reason="a term would be below itself")
    below = [term for term in writer.usable_below(added) if term not in after and term not in added]
    if below:
        reason = f"{name_of(writer, writer.facts(below[:1])[below[0]])} was put below what it added"
        raise Conflict(CANNOT_UNDO, operation=operation, reason=reason)
    usable = [one for one in after.values() if one.state is not TermState.RETIRED]
    above = {one.parent for one in usable if one.parent is not None} - set(after)
    retired = {one.id for one in writer.facts(above).values() if one.state is TermState.RETIRED}
    retired |= {one.id for one in after.values() if one.state is TermState.RETIRED}
    for one in usable:
        if one.parent in retired:
            reason = f"what {name_of(writer, one)} is below is retired"
            raise Conflict(CANNOT_UNDO, operation=operation, reason=reason)


def _has_cycle(terms: dict[int, TermFacts]) -> bool:
    """Whether one of the terms is above itself, by references among them."""
    done: set[int] = set()
    for start in terms:
        path: set[int] = set()
        waiting: list[tuple[int, bool]] = [(start, False)]
        while waiting:
            term, is_left = waiting.pop()
            if is_left:
                path.discard(term)
                done.add(term)
                continue
            if term in path:
                return True
            if term in done or term not in terms:
                continue
            path.add(term)
            waiting.append((term, True))
            facts = terms[term]
            waiting += [(one, False) for one in (facts.parent, *facts.broader) if one is not None]
    return False


def _use_again(writer: TermWriter, terms: Sequence[int], state: TermState) -> Done:
    """One of several terms of one label at one place: a usable one, else the target of a merged one, else a retired one,
    which becomes usable."""
    facts = writer.facts(terms)
    ordered = [facts[term] for term in terms]
    for one in ordered:
        if one.state is not TermState.RETIRED:
            return share(writer, one.id)
    for one in ordered:
        target = one
        while target.merged_into is not None:
            target = writer.facts([target.merged_into])[target.merged_into]
        if target.state is not TermState.RETIRED:
            return share(writer, target.id)
    retired = next((one for one in ordered if one.merged_into is None), None)
    if retired is None:
        raise Conflict(NOT_ACTIVE, term=name_of(writer, ordered[0]), state="merged into a retired one")
    after = replace(retired, state=state, is_missing=False, came_with_value=False)
    return _done(writer, OperationKind.ADD, f"added {name_of(writer, retired)} again", [(retired, after)])


def share(writer: TermWriter, term: int) -> Done:
    """Let a term that came with a value be a part of the vocabulary, in its state: a person adds it there."""
    before = writer.facts([term])[term]
    if not before.came_with_value:
        return term, None
    after = replace(before, came_with_value=False)
    return _done(writer, OperationKind.ADD, f"added {name_of(writer, before)}", [(before, after)])


def _done(
    writer: TermWriter, kind: OperationKind, summary: str, changes: Sequence[Change], term: int | None = None
) -> Done:
    writer.change(changes)
    operation = writer.record(kind, summary, OperationState(changed=changes))
    facts = next((after for _, after in changes if after.id == term), changes[0][1])
    _announce(writer, operation, facts, count=len(changes))
    return facts.id, operation


def _announce(
    writer: TermWriter,
    operation: OperationReport,
    facts: TermFacts,
    *,
    target: str | None = None,
    count: int = 1,
) -> None:
    done = TermsChanged(
        vocabulary=writer.vocabulary.key,
        operation=operation.id,
        kind=operation.kind.value,
        term=facts.key,
        target=target,
        count=count,
    )
    writer.announce(done)


def _usable(writer: TermWriter, term: int) -> TermFacts:
    facts = writer.facts([term])[term]
    if facts.state is TermState.RETIRED:
        state = "merged into another" if facts.merged_into else facts.state.value
        raise Conflict(NOT_ACTIVE, term=name_of(writer, facts), state=state)
    return facts


def _require_free(writer: TermWriter, text: str, parent: int | None, term: int) -> None:
    """Raise Conflict if another usable term at a place has this preferred label."""
    for row in writer.preferred_at(parent, [fold(text)]).get(fold(text), []):
        if row.id != term and row.state != TermState.RETIRED:
            raise Conflict(LABEL_TAKEN, label=text, key=row.key)


def _require_depth(writer: TermWriter, parent: int | None, terms: Collection[int]) -> None:
    """Raise Conflict if the tree would be too deep with terms below another."""
    height = height_of(writer.connection, writer.database, terms)
    if depth_of(writer.connection, parent) + height > MAX_DEPTH:
        raise Conflict(TOO_DEEP, limit=MAX_DEPTH)


def _parents(facts: TermFacts) -> set[int]:
    """The directly broader terms of a term."""
    return {one for one in (facts.parent, *facts.broader) if one is not None}


def _below(writer: TermWriter, term: int) -> list[TermFacts]:
    """The terms directly below one, by parent or besides."""
    branch = writer.facts(narrower_of(writer.connection, writer.database, [term]))
    return [one for one in branch.values() if term == one.parent or term in one.broader]


def _with_synonyms(target: TermFacts, source: TermFacts) -> tuple[Label, ...]:
    """The labels of a term with those of another as synonyms."""
    labels = set(target.labels)
    seen = {(one.language, fold(one.text)) for one in labels}
    for one in source.labels:
        if (one.language, fold(one.text)) not in seen:
            seen.add((one.language, fold(one.text)))
            kind = LabelKind.HIDDEN if one.kind is LabelKind.HIDDEN else LabelKind.ALTERNATIVE
            labels.add(Label(one.language, kind, one.text))
    return tuple(sorted(labels))


def _preferred(facts: TermFacts, language: str) -> Label | None:
    preferred = (one for one in facts.labels if one.kind is LabelKind.PREFERRED)
    return next((one for one in preferred if one.language == language), None)


def _label(report: LabelReport) -> Label:
    return Label(valid_language(report.language), report.kind, clean_label(report.text))


def _default(writer: TermWriter) -> str:
    return writer.vocabulary.languages[0] if writer.vocabulary.languages else ""


def _time(writer: TermWriter) -> datetime:
    return datetime.fromtimestamp(writer.now, UTC)
