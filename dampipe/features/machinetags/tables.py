"""The tables of machine tags: which vocabularies, how terms score, what was found where, and what people say of it."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from dampipe.kernel.db.columns import big, long_text, owned, table_of


class SchemeRow(SQLModel, table=True):
    """A vocabulary whose terms a model proposes."""

    __tablename__ = "machine_tag_scheme"
    vocabulary_id: int = Field(sa_column=owned("vocabulary.id", primary_key=True, autoincrement=False))
    field: str
    """Key of the field that gets the values."""
    precision: float
    """The share of right values from which a term's values are set without being asked for, 0 to 1."""
    is_on: bool


class TermSettingRow(SQLModel, table=True):
    """What people have said of how a term is looked for; a term without a row is as its vocabulary."""

    __tablename__ = "machine_tag_term"
    term_id: int = Field(sa_column=owned("term.id", primary_key=True, autoincrement=False))
    facet: str | None = None
    """What kind of thing it is (`Facet`); None: a subject."""
    prompts: str | None = Field(default=None, sa_column=long_text(nullable=True))
    """JSON: texts that describe it; None: made of its label."""
    is_on: bool | None = None
    """Whether it is looked for; None: unless it is sensitive."""
    precision: float | None = None
    """None: that of the vocabulary."""


class CalibrationRow(SQLModel, table=True):
    """How a term scores over the frames of the library, by one model."""

    __tablename__ = "machine_tag_calibration"
    term_id: int = Field(sa_column=owned("term.id", primary_key=True, autoincrement=False))
    model: str = Field(primary_key=True)
    prompts: str = Field(max_length=40)
    """SHA-1 of its prompts: others need another calibration."""
    mean: float
    deviation: float
    sample: int
    """Frames that were measured."""
    watermark: int = Field(sa_column=big())
    """Vectors with ids up to this one are done."""
    threshold: float | None = None
    """Standardised score from which values are set; None: all are proposals."""


class MachineTagRow(SQLModel, table=True):
    """A term that a model has found in a version."""

    __tablename__ = "machine_tag"
    __table_args__ = (Index("machine_tag_queue", "term_id", "state", "score"),)
    version_id: int = Field(sa_column=owned("version.id", primary_key=True, autoincrement=False))
    term_id: int = Field(sa_column=owned("term.id", primary_key=True, autoincrement=False))
    model: str
    score: float
    """Of the best moment: standard deviations above the mean of the library's frames."""
    moments: str = Field(sa_column=long_text())
    """JSON: pairs of a time in the version in seconds and a score, in the order of time."""
    state: str
    """See `TagState`."""
    actor: str
    """Who has said so."""
    at: float


class VerdictRow(SQLModel, table=True):
    """What a person said of a term in a content. It outlives the content, its versions and models."""

    __tablename__ = "machine_tag_verdict"
    __table_args__ = (UniqueConstraint("sha1", "term_id"), Index("machine_tag_verdict_of_term", "term_id"))
    id: int | None = Field(default=None, primary_key=True)
    sha1: str
    term_id: int = Field(sa_column=owned("term.id"))
    is_accepted: bool
    implied_by: int | None = None
    """The verdict on a narrower term that implies this one."""
    actor: str
    at: float


SCHEME = table_of(SchemeRow)
TERM_SETTING = table_of(TermSettingRow)
CALIBRATION = table_of(CalibrationRow)
MACHINE_TAG = table_of(MachineTagRow)
VERDICT = table_of(VerdictRow)
