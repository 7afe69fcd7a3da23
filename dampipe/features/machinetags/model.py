"""Requests and reports of machine tags."""

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.machinetags.precision import PRECISION
from dampipe.features.machinetags.prompts import Facet


class Moment(NamedTuple):
    """When a term is to be seen."""

    time: float
    score: float


class TagState(StrEnum):
    """What has become of a term that a model has found."""

    PROPOSED = "proposed"
    """Waits for a verdict."""
    SET = "set"
    """Counts without one: the term's proposals of this score are right often enough."""
    ACCEPTED = "accepted"
    """A person has said that it is right."""
    REJECTED = "rejected"


FROZEN = ConfigDict(frozen=True, extra="forbid")
Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class SchemeRequest(BaseModel):
    """How terms of a vocabulary are proposed."""

    model_config = FROZEN

    on: bool = True
    field: str | None = None
    """Key of the field that gets the values; None: the one of the vocabulary's key, or that it has already."""
    precision: Share | None = None
    """None: as it is, or the default."""


class SchemeReport(BaseModel):
    """A vocabulary whose terms a model proposes."""

    model_config = ConfigDict(frozen=True)

    vocabulary: str
    field: str
    on: bool
    precision: float = PRECISION
    terms: int
    """That are looked for."""
    sensitive: int
    """That are not, since they are sensitive and were not turned on."""
    proposed: int
    """Tags that wait for a verdict."""
    pending: int
    """Terms for which frames are still to be looked at."""


class TermRequest(BaseModel):
    """How a term is looked for; what is None stays."""

    model_config = FROZEN

    facet: Facet | None = None
    prompts: (
        Annotated[tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], Field(max_length=20)]
        | None
    ) = None
    """Texts that describe it; none: made of its label."""
    on: bool | None = None
    precision: Share | None = None


class MomentReport(BaseModel):
    """When a term is to be seen."""

    model_config = ConfigDict(frozen=True)

    time: float
    """Seconds from the start of the version."""
    score: float


class MachineTag(BaseModel):
    """A term that a model has found in a version."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    name: str
    vocabulary: str
    term: str
    """Key of the term."""
    label: str
    state: TagState
    score: float
    moments: tuple[MomentReport, ...]


class PrecisionReport(BaseModel):
    """How often proposals of a term are right."""

    model_config = ConfigDict(frozen=True)

    vocabulary: str
    term: str
    label: str
    on: bool
    sensitive: bool
    accepted: int
    rejected: int
    least: float
    """Lower bound of the precision, 0 to 1, with a confidence of 95 %;"""
    most: float
    """the upper one."""
    wanted: float
    threshold: float | None
    """Standardised score from which values are set; None: all are proposals."""
    proposed: int
    set: int


class VerdictRequest(BaseModel):
    """What a person says of a proposed tag."""

    model_config = FROZEN

    sha1: str
    term: str
    """Key, label or synonym; with its vocabulary where several have it: tags:beach."""
    accept: bool


class UndoneVerdict(BaseModel):
    """A verdict that was taken back."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    vocabulary: str
    term: str
    accepted: bool
