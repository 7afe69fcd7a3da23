"""What a file of a vocabulary says, whatever its format is."""

from collections import Counter
from dataclasses import dataclass, field

from dampipe.features.vocabularies.model import Label, Note, TermState

MOST_EXAMPLES = 20
"""Examples of one kind of notice or change."""


@dataclass(slots=True)
class ImportedTerm:
    """One term of a file."""

    ref: str
    """By which others of the file name it: a URI, or a key, path or line of a CSV file."""
    labels: list[Label] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    """Refs of broader terms; the first is the parent, unless one of the others is it already."""
    key: str | None = None
    uri: str | None = None
    state: TermState | None = None
    """None: the file does not say."""
    position: int | None = None


_EXISTING = "existing "


def existing_ref(term: int) -> str:
    """The ref of a term of the vocabulary that the file does not describe."""
    return f"{_EXISTING}{term}"


def existing_id(ref: str) -> int | None:
    """The id in such a ref; None for others."""
    return int(ref[len(_EXISTING) :]) if ref.startswith(_EXISTING) else None


@dataclass
class Notices:
    """What of a file was not taken as it stands: how often, with some examples."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, example: str = "") -> None:
        """Count one. what: a sentence without its subject, such as "labels are not valid and were left out"."""
        self.counts[what] += 1
        some = self.examples.setdefault(what, [])
        if example and len(some) < 3:
            some.append(example[:120])

    def texts(self) -> tuple[str, ...]:
        """As people read them."""
        found = []
        for what, count in self.counts.most_common(MOST_EXAMPLES):
            examples = "; ".join(self.examples[what])
            found.append(f"{count} {what}" + (f": {examples}" if examples else ""))
        return tuple(found)


@dataclass
class ImportedVocabulary:
    """The terms of a file."""

    terms: list[ImportedTerm]
    uri: str | None = None
    """Of the concept scheme."""
    label: str | None = None
    languages: tuple[str, ...] = ()
    """Of the labels, the most frequent first."""
    is_external: bool = False
    """Whether it comes from elsewhere (SKOS), so that what people wrote here stays, or was written by people (CSV), who
    replace what they wrote before."""
    columns: frozenset[tuple[str, str]] | None = None
    """Kinds and languages of labels and notes that the file has columns for; others stay as they are. None: all."""
    has_places: bool = True
    """Whether it says what is below what."""
    notices: Notices = field(default_factory=Notices)
