"""Entries: what one source says of one field of one asset, and how an operation changes it. No I/O."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import NamedTuple, TypeAlias

from dampipe.features.metadata.values import Content
from dampipe.kernel.field import MetadataField, TermsChanged, ValueSource, ValueState


class Said(NamedTuple):
    """One value of an entry."""

    content: Content
    state: ValueState
    confidence: float | None
    actor: str
    at: float


Entry: TypeAlias = tuple[Said, ...]
"""The values of one source, in their order; (): it says nothing."""


@dataclass(frozen=True)
class Change:
    """What is to become of the entry of one asset."""

    asset: int
    before: Entry
    after: Entry
    others: Mapping[str, Entry] = dataclass_field(default_factory=dict)
    """What other sources say of the same field, by source."""


Planner: TypeAlias = Callable[[Entry, Sequence[Content]], Entry]
"""The new entry, from the present one and from the contents that count now, of all sources."""


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries say the same; who said it when does not matter."""
    return [said[:3] for said in one] == [said[:3] for said in other]


def encode(entry: Entry) -> str | None:
    """An entry as JSON, for the history; None for an empty one."""
    if not entry:
        return None
    rows = [[said.state, said.actor, said.at, said.confidence, *said.content] for said in entry]
    return json.dumps(rows, separators=(",", ":"))


def decode(text: str | None) -> Entry:
    """The entry that `encode` wrote."""
    if text is None:
        return ()
    return tuple(
        Said(Content(*content), ValueState(state), confidence, actor, at)
        for state, actor, at, confidence, *content in json.loads(text)
    )


def set_to(contents: Sequence[Content], actor: str, at: float) -> Planner:
    """Replace the entry by these values."""
    entry = _accepted(contents, actor, at)
    return lambda before, effective: entry


def replaced(before: Entry, contents: Sequence[Content], actor: str, at: float) -> Entry:
    """An entry with these values; those that it had before keep who said them when."""
    return _merged(before, contents, actor, at)


def adding(contents: Sequence[Content], actor: str, at: float, *, union: bool) -> Planner:
    """Add values to those that count now; of a field that takes those of all sources, to its own alone."""

    def plan(before: Entry, effective: Sequence[Content]) -> Entry:
        kept = _own(before) or (() if union else tuple(effective))
        return _merged(before, [*kept, *contents], actor, at)

    return plan


def removing(contents: Sequence[Content], actor: str, at: float, *, union: bool) -> Planner:
    """Take values away: what other sources say of a union is rejected, else the rest is said by this one."""
    gone = set(contents)

    def plan(before: Entry, effective: Sequence[Content]) -> Entry:
        if not gone & {*effective, *_own(before)}:
            return before
        kept = [one for one in (_own(before) or (() if union else effective)) if one not in gone]
        entry = _merged(before, kept, actor, at)
        if union:
            others = [one for one in contents if one in effective and one not in _own(before)]
            rejected = [said for said in before if said.state is ValueState.REJECTED]
            rejected += [Said(one, ValueState.REJECTED, None, actor, at) for one in others]
            return (*(said for said in entry if said.state is ValueState.ACCEPTED), *rejected)
        return entry or cleared(actor, at)

    return plan


def cleared(actor: str, at: float) -> Entry:
    """An entry that says that there is no value."""
    return (Said(Content(), ValueState.CLEARED, None, actor, at),)


def _accepted(contents: Sequence[Content], actor: str, at: float) -> Entry:
    once = dict.fromkeys(contents)
    return tuple(Said(content, ValueState.ACCEPTED, None, actor, at) for content in once)


def _own(entry: Entry) -> tuple[Content, ...]:
    return tuple(said.content for said in entry if said.state is ValueState.ACCEPTED)


def _merged(before: Entry, contents: Sequence[Content], actor: str, at: float) -> Entry:
    """An entry with these contents; what was said before keeps who said it when."""
    known = {said.content: said for said in before if said.state is ValueState.ACCEPTED}
    new = _accepted(contents, actor, at)
    rejected = [said for said in before if said.state is ValueState.REJECTED and said.content not in contents]
    return (*(known.get(said.content, said) for said in new), *rejected)


def terms_changed(field: MetadataField, change: Change, source: ValueSource) -> TermsChanged:
    """Which terms count after a change that did not, and the reverse, by what all sources but models say."""
    others = {name: entry for name, entry in change.others.items() if name != ValueSource.MODEL}
    before, after = (
        [
            one.term_id
            for one in counting(field, others | ({} if source is ValueSource.MODEL else {source: entry}))
        ]
        for entry in (change.before, change.after)
    )
    gained = tuple(one for one in after if one is not None and one not in before)
    return TermsChanged(
        change.asset, gained, tuple(one for one in before if one is not None and one not in after)
    )


def counting(field: MetadataField, entries: Mapping[str, Entry]) -> tuple[Content, ...]:
    """The values of a field that count, of what all sources say; `ValueRepository` keeps `is_effective` the same."""
    rejected = {
        said.content for said in entries.get(ValueSource.PERSON, ()) if said.state is ValueState.REJECTED
    }
    found: dict[Content, None] = {}
    for source in field.order:
        entry = entries.get(source, ())
        said = _own(entry)
        found |= dict.fromkeys(one for one in said if not field.union or one not in rejected)
        is_cleared = any(one.state is ValueState.CLEARED for one in entry)
        if is_cleared or (said and not field.union):
            break
    return tuple(found)
