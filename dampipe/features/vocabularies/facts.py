"""The facts of terms as JSON, and what an operation needs to be undone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dampipe.features.vocabularies.model import Label, LabelKind, Note, NoteKind, TermFacts, TermState

SETS = ("labels", "notes", "broader")
"""Fields of `TermFacts` that hold several values."""
SCALARS = (
    "key",
    "parent",
    "position",
    "state",
    "merged_into",
    "uri",
    "is_placed",
    "is_missing",
    "came_with_value",
)

Change = tuple[TermFacts, TermFacts]
"""A term before and after."""


@dataclass(frozen=True)
class OperationState:
    """What an operation did."""

    added: tuple[int, ...] = ()
    changed: Sequence[Change] = ()
    merged: tuple[int, int] | None = None
    """The term that was merged, and the one that it was merged into."""
    uses: Mapping[str, Any] = field(default_factory=dict)
    """What those who refer to terms need to undo the merge, by name."""

    def to_json(self) -> str:
        """As it is stored."""
        changed = [[_to_plain(before), _to_plain(after)] for before, after in self.changed]
        plain = {"added": self.added, "changed": changed, "merged": self.merged, "uses": dict(self.uses)}
        return json.dumps(plain, ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "OperationState":
        """As it was stored."""
        plain = json.loads(text)
        changed = [(_from_plain(before), _from_plain(after)) for before, after in plain["changed"]]
        merged = plain["merged"]
        return cls(tuple(plain["added"]), changed, (merged[0], merged[1]) if merged else None, plain["uses"])


def take_back(current: TermFacts, before: TermFacts, after: TermFacts) -> TermFacts | None:
    """A term without one change of it; None if it was changed there since.

    What was added to labels, notes and broader terms since stays.
    """
    wanted: dict[str, Any] = {}
    for name in SCALARS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            if getattr(current, name) != new:
                return None
            wanted[name] = old
    for name in SETS:
        old, new, now = (set(getattr(facts, name)) for facts in (before, after, current))
        if old != new:
            wanted[name] = tuple(sorted((now - (new - old)) | (old - new)))
    undone = replace(current, **wanted)
    preferred = [label.language for label in undone.labels if label.kind is LabelKind.PREFERRED]
    return undone if len(preferred) == len(set(preferred)) and preferred else None


def _to_plain(facts: TermFacts) -> dict[str, Any]:
    plain: dict[str, Any] = {name: getattr(facts, name) for name in ("id", *SCALARS)}
    plain["broader"] = facts.broader
    for name in ("labels", "notes"):
        plain[name] = [
            [one.language, one.kind, one.text, int(one.is_imported)] for one in getattr(facts, name)
        ]
    return plain


def _from_plain(plain: dict[str, Any]) -> TermFacts:
    labels = (Label(one[0], LabelKind(one[1]), one[2], bool(one[3])) for one in plain.pop("labels"))
    notes = (Note(one[0], NoteKind(one[1]), one[2], bool(one[3])) for one in plain.pop("notes"))
    plain |= {"state": TermState(plain["state"]), "broader": tuple(plain["broader"])}
    return TermFacts(**plain, labels=tuple(labels), notes=tuple(notes))
