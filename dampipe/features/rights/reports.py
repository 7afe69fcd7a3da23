"""What faces show of licences, of the rights of an asset, and of those of a timeline."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.rights.model import NO_LICENCE, Document, Licence, LicenceState, PersonRelease
from dampipe.features.timelines.model import ClipMatch
from dampipe.kernel.release import Objection


class LicenceReport(BaseModel):
    """A licence, as lists and details show it."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    state: LicenceState
    subject: str = ""
    statement: str = ""
    licensor: str = ""
    licensee: str = ""
    copyright: str = ""
    credit: str = ""
    terms: str = ""
    url: str = ""
    territories: tuple[str, ...] = ()
    excluded_territories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    excluded_media: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    starts: str = ""
    embargo: str = ""
    expires: str = ""
    """The last day, or the time of its end, in `zone`."""
    zone: str
    notice_days: tuple[int, ...]
    ends_at: float | None = None
    """Seconds since 1970; the first moment at which it is not valid any more."""
    documents: tuple[Document, ...] | None = None
    """None: the one who asks lacks the scope `rights`; so with `releases`."""
    releases: tuple[PersonRelease, ...] | None = None
    assets: int | None = None
    """How many visible assets have it, in lists."""

    @classmethod
    def of(
        cls, licence: Licence, now: float, *, is_whole: bool, assets: int | None = None
    ) -> "LicenceReport":
        """is_whole: with documents and releases, which may be personal data."""
        given = licence.given.model_dump(exclude={"zone", "notice_days", "title", "documents", "releases"})
        return cls(
            **given,
            name=licence.name,
            title=licence.title,
            state=licence.state(now),
            zone=licence.zone,
            notice_days=licence.notice_days,
            ends_at=None if licence.expires is None else licence.expires.at,
            documents=licence.given.documents if is_whole else None,
            releases=licence.given.releases if is_whole else None,
            assets=assets,
        )


class AssetRights(BaseModel):
    """The licences of an asset, in its details."""

    model_config = ConfigDict(frozen=True)

    state: str = NO_LICENCE
    """`active`, `expiring`, `expired`, `embargoed` or `none`."""
    licences: tuple[LicenceReport, ...] = ()


class ObjectionReport(BaseModel):
    """Why an asset is not to be used so."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    hint: str = ""
    parameters: Mapping[str, object] = {}
    refuses: bool
    """Whether it keeps the asset from being released; else it is a warning."""

    @classmethod
    def of(cls, one: Objection) -> "ObjectionReport":
        """The same for a face."""
        return cls(
            code=one.code.code,
            detail=one.text,
            hint=one.hint,
            parameters=dict(one.parameters),
            refuses=one.refuses,
        )


class Explanation(BaseModel):
    """Whether an asset may be used in a way, and why."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1 of its version."""
    name: str
    purpose: str
    territory: str = ""
    """Empty: not said, so not checked."""
    medium: str = ""
    on: str
    """The moment in question, in UTC."""
    allowed: bool
    state: str
    licences: tuple[LicenceReport, ...] = ()
    objections: tuple[ObjectionReport, ...] = ()


class UseQuestion(BaseModel):
    """A use in question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    territory: str = Field("", max_length=100, description="Where: DE, EU, worldwide; default: the policy's.")
    medium: str = Field("", max_length=100, description="How: online, broadcast; default: the policy's.")
    purpose: str = Field(
        "", max_length=20, description="The way out: download, export, share or publish; default: any."
    )
    on: str = Field(
        "", max_length=40, description="When: a day or a time; default: now. All of a day must be licensed."
    )


class Explained(BaseModel):
    """The use that was in question; empty: not said."""

    model_config = ConfigDict(frozen=True)

    territory: str = ""
    medium: str = ""
    purpose: str
    on: str = ""

    @classmethod
    def of(cls, question: UseQuestion) -> "Explained":
        """The same for an answer."""
        return cls(**question.model_dump())


class ClipVerdict(StrEnum):
    """What the licences say of a clip of a timeline."""

    ALLOWED = "allowed"
    WARNED = "warned"
    """Allowed, with something to mind: a near duplicate, a release, an asset that was found by its name alone."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It is not in the library, so nothing is known."""


class ClipRights(BaseModel):
    """A clip of a timeline, and whether it may be used."""

    model_config = ConfigDict(frozen=True)

    clip: ClipMatch
    verdict: ClipVerdict
    objections: tuple[ObjectionReport, ...] = ()


class TimelineRights(BaseModel):
    """The clips of a timeline, and whether each may be used."""

    model_config = ConfigDict(frozen=True)

    use: Explained
    clips: tuple[ClipRights, ...]
    refused: int
    warned: int
    unknown: int
    allowed: int
