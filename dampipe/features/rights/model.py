"""Licences, and the rule by which they allow or refuse a use of an asset.

The terms are those of IPTC and PLUS: licensor, licensee, credit line, constraints of region and media, start and end,
model and property releases. docs/rights.md maps each field to its property.

A licence grants a use if it has begun, has not ended, and covers the territory, the medium and the purpose, as far as
these are said. Several licences of one subject are alternatives, so that a renewed one replaces an expired one; those
of different subjects (the footage, the music) must all be given. An embargo holds whatever else is granted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dampipe.features.rights import errors
from dampipe.features.rights.media import Media
from dampipe.features.rights.statements import parse_statement
from dampipe.features.rights.territories import Territories
from dampipe.features.rights.times import Moment
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.release import DOWNLOAD, EXPORT

MAX_NAME = 64
MAX_TEXT = 2000
MAX_TERMS = 500
MAX_PARTS = 100
"""Documents and releases of a licence."""
MAX_NOTICES = 20
MOST_DAYS = 3650
PURPOSES = (DOWNLOAD, EXPORT, "share", "publish")
"""Ways out of dampipe that a licence may be limited to."""
DAY = 86_400.0


def validate_name(name: str) -> str:
    """The name of a licence, by which people and programs call it. Raises InvalidInput."""
    if not re.fullmatch(rf"[\w][\w.-]{{0,{MAX_NAME - 1}}}", name):
        raise InvalidInput(errors.LICENCE_NAME, name=name, most=MAX_NAME)
    return name


def _one_line(text: str) -> str:
    if not all(character.isprintable() for character in text):
        raise InvalidInput(
            errors.LICENCE_INVALID, field=repr(text[:50]), reason="a character is not printable"
        )
    return text.strip()


def _link(url: str) -> str:
    if url and not re.fullmatch(r"https?://[^\s<>\"']+", url):
        raise InvalidInput(errors.LICENCE_INVALID, field=repr(url[:100]), reason="it is not an http address")
    return url


def _purposes(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in PURPOSES:
            raise InvalidInput(
                errors.LICENCE_INVALID,
                field=f"the purpose {name!r}",
                reason=f"it is not one of {', '.join(PURPOSES)}",
            )
    return tuple(dict.fromkeys(names))


def _days(days: tuple[int, ...] | None) -> tuple[int, ...] | None:
    if days is not None and not all(1 <= one <= MOST_DAYS for one in days):
        raise InvalidInput(
            errors.LICENCE_INVALID, field="notice_days", reason=f"days lie between 1 and {MOST_DAYS}"
        )
    return None if days is None else tuple(sorted(set(days), reverse=True))


Line = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_one_line)]
Url = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_link)]
Terms = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=MAX_TERMS)]
Purposes = Annotated[Terms, AfterValidator(_purposes)]
Days = Annotated[tuple[int, ...] | None, Field(max_length=MAX_NOTICES), AfterValidator(_days)]


class ReleaseKind(StrEnum):
    """What a release is of."""

    MODEL = "model"
    PROPERTY = "property"


class ReleaseStatus(StrEnum):
    """How far a release goes, by the vocabularies of PLUS (MR-NON …, PR-NON …)."""

    NONE = "none"
    NOT_APPLICABLE = "not_applicable"
    UNLIMITED = "unlimited"
    LIMITED = "limited"
    """Limited or incomplete."""


class Document(BaseModel):
    """A reference to a document: a contract, an invoice. dampipe keeps the reference, not the document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line = ""
    reference: Line
    """An address, a file number, a path."""


class PersonRelease(BaseModel):
    """A release by a person who is shown, or of a property. Personal data belong into the document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ReleaseKind
    status: ReleaseStatus
    reference: Line = ""
    """By which the document is found."""


class LicenceTerms(BaseModel):
    """All of a licence but its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line = Field("", description="What people call it; default: its name.")
    subject: Line = Field(
        "",
        description="What it covers: music, a person; default: all. Each subject of an asset must be licensed.",
    )
    statement: Annotated[str, AfterValidator(parse_statement)] = Field(
        "", description="CC-BY-4.0 and the like (SPDX), InC and the like (rightsstatements.org), or a URL."
    )
    licensor: Line = Field("", description="Who grants it.")
    licensee: Line = Field("", description="Whom it is granted to.")
    copyright: Line = Field("", description="The copyright notice.")
    credit: Line = Field("", description="The credit line that a use needs.")
    terms: Annotated[str, Field(max_length=20_000)] = Field("", description="Further conditions, in words.")
    url: Url = Field("", description="Address of the terms.")
    territories: Terms = Field((), description="Where it holds: DE, EU, US-CA, worldwide; none: worldwide.")
    excluded_territories: Terms = Field((), description="Where it does not hold.")
    media: Terms = Field((), description="How it may be used: online, broadcast, print; none: any way.")
    excluded_media: Terms = Field((), description="How it may not be used.")
    purposes: Purposes = Field(
        (), description="Ways out of dampipe: download, export, share, publish; none: any."
    )
    starts: str = Field("", max_length=40, description="First day, or time, of the licence.")
    embargo: str = Field(
        "", max_length=40, description="Day or time before which nothing is used, by any licence."
    )
    expires: str = Field(
        "", max_length=40, description="Last day of the licence, or the time at which it ends."
    )
    zone: str = Field(
        "", max_length=64, description="Time zone of its days: Europe/Berlin; default: the policy's."
    )
    notice_days: Days = Field(
        None, description="Days before its end at which notice is given; default: the policy's."
    )
    documents: Annotated[tuple[Document, ...], Field(max_length=MAX_PARTS)] = ()
    releases: Annotated[tuple[PersonRelease, ...], Field(max_length=MAX_PARTS)] = ()


Name = Annotated[str, AfterValidator(validate_name)]


class NewLicence(LicenceTerms):
    """A licence that is to be added."""

    name: Name


class LicenceState(StrEnum):
    """What a licence, or those of an asset together, are now."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    """Active, and notice of its end was given or is due."""
    EXPIRED = "expired"
    EMBARGOED = "embargoed"
    """Under embargo, or not begun."""


NO_LICENCE = "none"
"""The state of an asset without a licence."""


@dataclass(frozen=True)
class Licence:
    """A licence as it is stored."""

    id: int
    name: str
    given: LicenceTerms
    zone: str
    starts: Moment | None
    embargo: Moment | None
    expires: Moment | None
    notice_days: tuple[int, ...]
    """Days before the end, the most first."""

    @property
    def title(self) -> str:
        """What people call it."""
        return self.given.title or self.name

    @property
    def notice_at(self) -> float | None:
        """From when on it is expiring; None: it does not end."""
        if self.expires is None:
            return None
        return self.expires.at - max(self.notice_days, default=0) * DAY

    def state(self, now: float) -> LicenceState:
        """What it is at a time, in seconds since 1970."""
        if self.expires is not None and now >= self.expires.at:
            return LicenceState.EXPIRED
        if any(begins is not None and now < begins.at for begins in (self.embargo, self.starts)):
            return LicenceState.EMBARGOED
        notice = self.notice_at
        return LicenceState.EXPIRING if notice is not None and now >= notice else LicenceState.ACTIVE


class Attached(BaseModel):
    """What attaching a licence did."""

    model_config = ConfigDict(frozen=True)

    changed: int
    """Assets that did not have it."""
    at: float
    """Seconds since 1970: this and the actor distinguish those that got it now, so that it can be undone."""


class Unlicensed(StrEnum):
    """What it means that an asset has no licence."""

    FREE = "free"
    ASK = "ask"


class NotLicensedPolicy(StrEnum):
    """What happens where a use is not licensed."""

    REFUSE = "refuse"
    WARN = "warn"


class Policy(BaseModel):
    """The policy of a library. One for all its machines, so it is kept in the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unlicensed: Unlicensed = Field(Unlicensed.FREE, description="What it means that an asset has no licence.")
    not_licensed: NotLicensedPolicy = Field(
        NotLicensedPolicy.REFUSE, description="What happens where a use is not licensed."
    )
    zone: str = Field(
        "", max_length=64, description="Time zone of licences that name none; empty: that of the machine."
    )
    notice_days: Days = Field((14,), description="Days before its end at which notice of a licence is given.")
    territory: str = Field("", max_length=100, description="Where releases are used that do not say where.")
    medium: str = Field("", max_length=100, description="How releases are used that do not say how.")
    territories: dict[str, tuple[str, ...]] = Field({}, description="Groups of territories, by name.")
    media: dict[str, str] = Field({}, description="Further media, each with the medium above it.")

    def known_territories(self) -> Territories:
        """The territories. Raises InvalidInput."""
        return Territories(self.territories)

    def known_media(self) -> Media:
        """The media. Raises InvalidInput."""
        return Media(self.media)


def state_of_asset(licences: Sequence[Licence], now: float) -> LicenceState | None:
    """What the licences of an asset are together: that of the subject that is worst; None without licences.

    Of a subject the best licence counts, and an embargo of any one holds for all.
    """
    if not licences:
        return None
    if any(one.embargo is not None and now < one.embargo.at for one in licences):
        return LicenceState.EMBARGOED
    order = [LicenceState.ACTIVE, LicenceState.EXPIRING, LicenceState.EMBARGOED, LicenceState.EXPIRED]
    by_subject: dict[str, list[int]] = {}
    for one in licences:
        by_subject.setdefault(one.given.subject, []).append(order.index(one.state(now)))
    return order[max(min(states) for states in by_subject.values())]
