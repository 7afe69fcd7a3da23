"""The tables of vocabularies: trees of terms with labels and notes, and the operations on them."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import index_where, long_text, owned, table_of


def _other_term() -> Column[int]:
    """A reference to another term, or NULL."""
    return Column(Integer, ForeignKey("term.id", ondelete="SET NULL"), nullable=True, index=True)


class VocabularyRow(SQLModel, table=True):
    """A controlled vocabulary."""

    __tablename__ = "vocabulary"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)
    label: str = Field(sa_column=long_text())
    is_open: bool
    """Whether people propose terms; else it has only those that a manager adds."""
    languages: str = Field(sa_column=long_text())
    """JSON: BCP 47 tags, the default language first."""
    uri: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """Of the SKOS concept scheme that it was imported from."""
    created_at: float


class TermRow(SQLModel, table=True):
    """One term. Its id is never given to another: values of assets refer to it."""

    __tablename__ = "term"
    __table_args__: Any = (
        UniqueConstraint("vocabulary_id", "key"),
        Index("term_listed", "vocabulary_id", "parent_id", "position", "sort_label", "id"),
        index_where("term_uri", "uri IS NOT NULL", "vocabulary_id", "uri", unique=True),
        index_where("term_proposed", "state = 'proposed'", "vocabulary_id", "id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    vocabulary_id: int = Field(sa_column=owned("vocabulary.id"))
    parent_id: int | None = Field(default=None, sa_column=_other_term())
    key: str = Field(max_length=200)
    position: int = 0
    """Among its siblings; those of one position are in the order of their labels."""
    sort_label: str = Field(max_length=200)
    """The beginning of the folded preferred label in the default language, or in the one that there is."""
    state: str = Field(max_length=20)
    merged_into_id: int | None = Field(default=None, sa_column=_other_term())
    uri: str | None = Field(default=None, max_length=2000)
    is_placed: bool = False
    """Whether a person chose its parent: an import of other people's vocabulary leaves it there."""
    is_missing: bool = False
    """Whether it was retired because the last import did not have it."""
    came_with_value: bool = False
    """Whether it was added since an asset got it, and it was not made a part of the vocabulary yet: who sees a part
    of the library sees it only where an asset that is visible has it."""
    actor: str = Field(max_length=200)
    """Who added it."""
    created_at: float


class TermBroaderRow(SQLModel, table=True):
    """A broader term besides the parent: SKOS concepts may have several."""

    __tablename__ = "term_broader"
    term_id: int = Field(sa_column=owned("term.id", primary_key=True, autoincrement=False))
    broader_id: int = Field(sa_column=owned("term.id", primary_key=True, autoincrement=False, index=True))


class TermLabelRow(SQLModel, table=True):
    """One label of a term."""

    __tablename__ = "term_label"
    __table_args__ = (
        Index("term_label_found", "folded", "term_id"),
        index_where("term_label_preferred", "kind = 'preferred'", "term_id", "language", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    term_id: int = Field(sa_column=owned("term.id", index=True))
    language: str = Field(max_length=35)
    """A BCP 47 tag, or "" for no language."""
    kind: str = Field(max_length=20)
    text: str = Field(max_length=500)
    folded: str = Field(max_length=600)
    """The text as it is looked up: in NFC, without differences of case."""
    is_imported: bool = False
    """Whether it is from an imported file: the next import may replace it."""


class TermNoteRow(SQLModel, table=True):
    """A note on a term."""

    __tablename__ = "term_note"
    id: int | None = Field(default=None, primary_key=True)
    term_id: int = Field(sa_column=owned("term.id", index=True))
    language: str = Field(max_length=35)
    kind: str = Field(max_length=20)
    text: str = Field(sa_column=long_text())
    is_imported: bool = False


class VocabularyOperationRow(SQLModel, table=True):
    """A change of terms, with what is needed to undo it."""

    __tablename__ = "vocabulary_operation"
    id: int | None = Field(default=None, primary_key=True)
    vocabulary_id: int = Field(sa_column=owned("vocabulary.id", index=True))
    kind: str = Field(max_length=20)
    actor: str = Field(max_length=200)
    at: float
    summary: str = Field(sa_column=long_text())
    state: str = Field(sa_column=long_text())
    """JSON: `OperationState`."""
    undone_at: float | None = None
    undone_by: str | None = Field(default=None, max_length=200)


VOCABULARY = table_of(VocabularyRow)
TERM = table_of(TermRow)
TERM_BROADER = table_of(TermBroaderRow)
TERM_LABEL = table_of(TermLabelRow)
TERM_NOTE = table_of(TermNoteRow)
VOCABULARY_OPERATION = table_of(VocabularyOperationRow)
