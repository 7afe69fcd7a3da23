"""Values and rules of vocabularies: labels, languages, keys, and how texts are compared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dampipe.features.vocabularies.errors import KEY_INVALID, LABEL_INVALID, LANGUAGE_INVALID, NOTE_INVALID
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.storable import is_storable

MAX_KEY = 64
"""Characters of the key of a vocabulary,"""
MAX_TERM_KEY = 200
"""of the key of a term,"""
MAX_LABEL = 500
"""of a label,"""
MAX_FOLDED = 600
"""of what it is looked up by,"""
MAX_NOTE = 10_000
"""of a note."""
MAX_URI = 2000
"""Bytes of a URI."""
MAX_DEPTH = 100
"""Levels of a tree."""
MAX_TERMS = 500_000
"""Terms of one vocabulary."""
PATH_SEPARATOR = ">"
"""Between the labels of a path: Places > Europe > Malta."""


class TermState(StrEnum):
    """What a term may be used for."""

    ACTIVE = "active"
    PROPOSED = "proposed"
    """A proposal: a person has added it; it may be used, and a manager approves, merges or retires it."""
    RETIRED = "retired"
    """No value gets it any more; those that have it keep it. So is a term that was merged."""


class LabelKind(StrEnum):
    """What a label is for, as in SKOS."""

    PREFERRED = "preferred"
    """Shown; one a language."""
    ALTERNATIVE = "alternative"
    """A synonym."""
    HIDDEN = "hidden"
    """A synonym that is found and never shown, such as a common misspelling."""


class NoteKind(StrEnum):
    """What a note is about, as in SKOS."""

    NOTE = "note"
    SCOPE = "scopeNote"
    DEFINITION = "definition"
    EXAMPLE = "example"
    HISTORY = "historyNote"
    EDITORIAL = "editorialNote"
    CHANGE = "changeNote"


class OperationKind(StrEnum):
    """What was done with terms."""

    ADD = "add"
    RENAME = "rename"
    EDIT = "edit"
    MERGE = "merge"
    MOVE = "move"
    RETIRE = "retire"
    APPROVE = "approve"
    IMPORT = "import"


class FileFormat(StrEnum):
    """The formats in which vocabularies are read and written."""

    TURTLE = "turtle"
    XML = "xml"
    JSON_LD = "json-ld"
    N_TRIPLES = "nt"
    CSV = "csv"


SUFFIXES = {
    ".ttl": FileFormat.TURTLE,
    ".turtle": FileFormat.TURTLE,
    ".rdf": FileFormat.XML,
    ".xml": FileFormat.XML,
    ".owl": FileFormat.XML,
    ".skos": FileFormat.XML,
    ".jsonld": FileFormat.JSON_LD,
    ".json": FileFormat.JSON_LD,
    ".nt": FileFormat.N_TRIPLES,
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".txt": FileFormat.CSV,
}
"""Formats by the end of a file's name."""

_LAYOUT = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of the direction of writing: they are layout, and could disguise a label."""
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")
_IN_KEYS = "._~()+:-"
_PLAIN_KEY = re.compile(r"[A-Za-z0-9._~()+:-]+")
_IGNORED = re.compile("[\u00ad\u061c\u200b-\u200f\u2060\ufeff]")
"""Characters without a shape of their own, in which two spellings of one word may differ."""


def clean_text(text: str, longest: int) -> str | None:
    """A text in NFC with single spaces; None if it is empty, too long or holds what cannot be shown or stored.

    >>> clean_text("  Cafe\\u0301\\n au lait", 100)
    'Café au lait'
    """
    if not is_storable(text):
        return None
    if not text.isascii():
        text = _LAYOUT.sub("", unicodedata.normalize("NFC", text))
    text = " ".join(text.split())
    if not text or len(text) > longest or _CONTROL.search(text):
        return None
    return text


def clean_label(label: str) -> str:
    """A label as it is stored. Raises InvalidInput."""
    text = clean_text(label, MAX_LABEL)
    if text is None or not _IGNORED.sub("", text):
        raise InvalidInput(LABEL_INVALID, label=ascii(label[:MAX_LABEL])[1:-1], max_length=MAX_LABEL)
    return text


def clean_note(note: str) -> str | None:
    """A note as it is stored, with its line breaks; None for one that cannot be."""
    lines = [clean_text(line, MAX_NOTE) or "" for line in note.strip().splitlines()]
    text = "\n".join(lines).strip()
    return text if text and len(text) <= MAX_NOTE else None


def valid_note(note: str) -> str:
    """A note as it is stored. Raises InvalidInput."""
    text = clean_note(note)
    if text is None:
        raise InvalidInput(NOTE_INVALID, max_length=MAX_NOTE)
    return text


def fold(text: str) -> str:
    """What a label is looked up by: without differences of case, composition and spaces.

    >>> fold("STRASSE") == fold("Straße") and fold("Cafe\\u0301") == fold("CAFÉ")
    True
    """
    if text.isascii():
        return " ".join(text.lower().split())[:MAX_FOLDED]
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    return " ".join(_IGNORED.sub("", _LAYOUT.sub("", plain)).split())[:MAX_FOLDED]


def make_key(label: str) -> str:
    """A key of a term that is made of its label: letters and digits of any script, with hyphens.

    >>> make_key("Köln (Cologne), Rhine"), make_key("!!")
    ('köln-cologne-rhine', 'term')
    """
    words = "".join(one if _is_word(one) else " " for one in fold(label)).split()
    return "-".join(words)[: MAX_TERM_KEY - 20].strip("-") or "term"


def _is_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def is_key(text: str) -> bool:
    """Whether a text may be the key of a term: it can be a part of a URL, and does not look like a path."""
    if not text or len(text) > MAX_TERM_KEY or text in (".", ".."):
        return False
    return bool(_PLAIN_KEY.fullmatch(text)) or all(one in _IN_KEYS or _is_word(one) for one in text)


def valid_language(language: str) -> str:
    """A BCP 47 tag in its usual case; "" stays so. Raises InvalidInput.

    >>> valid_language("DE-at"), valid_language("zh-hant-tw"), valid_language("")
    ('de-AT', 'zh-Hant-TW', '')
    """
    if not language:
        return ""
    if len(language) > 35 or not re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", language):
        raise InvalidInput(LANGUAGE_INVALID, language=language[:100])
    first, *rest = language.split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()


def valid_vocabulary_key(key: str) -> str:
    """The key of a vocabulary. Raises InvalidInput."""
    if len(key) > MAX_KEY or not re.fullmatch(r"[a-z][a-z0-9_-]*", key):
        raise InvalidInput(KEY_INVALID, key=key[:200], max_length=MAX_KEY)
    return key


Language = Annotated[str, AfterValidator(valid_language)]


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """One label of a term."""

    language: str
    kind: LabelKind
    text: str
    is_imported: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note on a term."""

    language: str
    kind: NoteKind
    text: str
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class TermFacts:
    """All of one term that operations change. Labels and notes are sorted; ids below 0 are those of new terms."""

    id: int
    key: str
    parent: int | None = None
    broader: tuple[int, ...] = ()
    """Broader terms besides the parent."""
    position: int = 0
    state: TermState = TermState.ACTIVE
    merged_into: int | None = None
    uri: str | None = None
    is_placed: bool = False
    is_missing: bool = False
    came_with_value: bool = False
    labels: tuple[Label, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """A vocabulary."""

    id: int
    key: str
    label: str
    is_open: bool
    languages: tuple[str, ...]
    """The default language first."""
    uri: str | None = None


def best_label(labels: "tuple[Label, ...] | list[Label]", languages: tuple[str, ...]) -> str:
    """The preferred label in the first of the languages that has one; else in any. "" if there is none.

    A label in `de` also serves for `de-AT`, and one in `de-AT` for `de` where there is no better one.

    >>> best_label((Label("de", LabelKind.PREFERRED, "Hund"), Label("en", LabelKind.PREFERRED, "dog")), ("de-AT", "en"))
    'Hund'
    """
    preferred = {label.language: label.text for label in labels if label.kind is LabelKind.PREFERRED}
    for language in languages:
        found = preferred.get(language) or preferred.get(language.partition("-")[0])
        if found:
            return found
        primary = language.partition("-")[0]
        near = sorted(one for one in preferred if primary and one.partition("-")[0] == primary)
        if near:
            return preferred[near[0]]
    return preferred.get("") or (preferred[min(preferred)] if preferred else "")


FROZEN = ConfigDict(frozen=True)


class LabelReport(BaseModel):
    """A label as faces show it."""

    model_config = FROZEN

    text: str
    language: str = ""
    kind: LabelKind = LabelKind.PREFERRED


class NoteReport(BaseModel):
    """A note as faces show it."""

    model_config = FROZEN

    text: str
    language: str = ""
    kind: NoteKind = NoteKind.NOTE


class VocabularyReport(BaseModel):
    """A vocabulary with the numbers of its terms."""

    model_config = FROZEN

    key: str
    label: str
    open: bool
    languages: tuple[str, ...]
    uri: str | None = None
    terms: int
    """Active ones."""
    proposed: int
    retired: int


class TermReport(BaseModel):
    """A term in a list."""

    model_config = FROZEN

    id: int
    key: str
    label: str
    """In the language that was asked for, else in one that it has."""
    state: TermState
    narrower: int = 0
    """How many terms are directly below it and not retired."""
    path: tuple[str, ...] = ()
    """The labels of the broader terms, from the top; only where the list is not one level of the tree."""


class TermPage(BaseModel):
    """A part of a list of terms."""

    model_config = FROZEN

    terms: tuple[TermReport, ...]
    next: str | None = None
    """The cursor of the next part; None: this is the last."""


class TermDetails(BaseModel):
    """All of one term."""

    model_config = FROZEN

    id: int
    key: str
    label: str
    state: TermState
    uri: str | None
    path: tuple[str, ...]
    """The labels of the broader terms, from the top."""
    parent: str | None
    """The key of the term that it is below."""
    also_below: tuple[str, ...]
    """The keys of other broader terms."""
    merged_into: str | None
    """The key of the term that it was merged into."""
    labels: tuple[LabelReport, ...]
    notes: tuple[NoteReport, ...]
    narrower: int
    position: int
    uses: dict[str, int] | None
    """How many values have it, by kind; None for who sees only a part of the library."""


class OperationReport(BaseModel):
    """What was done with the terms of a vocabulary."""

    model_config = FROZEN

    id: int
    kind: OperationKind
    at: datetime
    actor: str
    summary: str
    undone_at: datetime | None = None
    undone_by: str | None = None


class TermChange(BaseModel):
    """The result of one operation."""

    model_config = FROZEN

    term: TermReport
    operation: OperationReport | None
    """None: nothing had to be done."""


class ImportReport(BaseModel):
    """What an import has done, or would do."""

    model_config = FROZEN

    dry_run: bool
    added: int
    changed: int
    retired: int
    """Those that the file lacks, or calls deprecated."""
    unchanged: int
    kept: int
    """Terms of which the file says something else than people have written here, which stays."""
    examples: tuple[str, ...] = ()
    """Some of the changes, in words."""
    notices: tuple[str, ...] = ()
    """What of the file was not taken as it stands, in words."""
    operation: OperationReport | None = None


class NewVocabulary(BaseModel):
    """A vocabulary to be made."""

    model_config = FROZEN

    key: Annotated[str, AfterValidator(valid_vocabulary_key)]
    label: Annotated[str, AfterValidator(clean_label)] | None = None
    open: bool = False
    languages: tuple[Language, ...] = ()


class VocabularyChange(BaseModel):
    """What of a vocabulary is to be changed."""

    model_config = FROZEN

    label: Annotated[str, AfterValidator(clean_label)] | None = None
    open: bool | None = None
    languages: tuple[Language, ...] = ()
    """None: they stay."""


class NewTerm(BaseModel):
    """A term to be added."""

    model_config = FROZEN

    label: Annotated[str, AfterValidator(clean_label)]
    language: Language | None = None
    """None: the default language of the vocabulary."""
    parent: str | None = None
    """Key, label or path."""
    synonyms: tuple[Annotated[str, AfterValidator(clean_label)], ...] = ()
    key: str | None = Field(default=None, max_length=MAX_TERM_KEY)


class TermEdit(BaseModel):
    """Labels and notes to be added to a term or taken from it."""

    model_config = FROZEN

    add: tuple[LabelReport, ...] = ()
    remove: tuple[str, ...] = ()
    """Texts of labels."""
    language: Language | None = None
    """Of the labels to be removed; None: of any language."""
    notes: tuple[NoteReport, ...] = ()
    """Each replaces the notes of its kind and language; an empty text removes them."""
