"""Policies: which verified copies assets must have, and where. No I/O.

A policy is TOML:

    [[rule]]
    name = "old and unloved"
    query = "age>30d and rating<3"
    copies = 2
    tiers = ["cold"]
    verified_within = "90d"
    storage_class = {archive = "DEEP_ARCHIVE"}
    grace = "14d"

    [limits]
    bandwidth = [{from = "08:00", to = "19:00", mb_per_s = 20}]
    confirm_above = {money = 50}

The first rule whose query finds an asset is the one that holds for it. An asset that no rule finds is left as it is.
"""

import re
import tomllib
from collections import Counter
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from dampipe.features.sources.model import Tier
from dampipe.features.tiers import errors
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.ranges import parse_age
from dampipe.kernel.storable import unstorable_in

MAX_TOML = 100_000
"""Characters of a policy."""
MAX_RULES = 100
MOST_COPIES = 20
DAY = 86_400.0
_MINUTES = 24 * 60


def _seconds(value: object) -> object:
    """Seconds of an age. A number would be one of days to some, and of seconds to others."""
    if not isinstance(value, str):
        # pydantic reports a ValueError, and no TypeError
        raise ValueError('give a text such as "36h", "30d", "6w" or "2y"')  # noqa: TRY004
    try:
        return parse_age(value)
    except InvalidInput as error:
        raise ValueError(f"{error}: {error.hint}") from error


def _minute(value: object) -> object:
    """Minutes since midnight of a time of day."""
    if not isinstance(value, str):
        raise ValueError('give a text such as "08:00"')  # noqa: TRY004
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00", value, re.ASCII)
    if found is None:
        raise ValueError(f"{value!r} is not a time of day: give 08:00")
    return _MINUTES if found[1] is None else int(found[1]) * 60 + int(found[2])


Age = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=100 * 365 * DAY, allow_inf_nan=False)]
"""Seconds; in TOML as "36h", "30d", "6w" or "2y"."""
Minute = Annotated[int, BeforeValidator(_minute), Field(ge=0, le=_MINUTES)]
"""Minutes since midnight; in TOML as "08:00"."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _in_one_line(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("use printable characters in one line, without spaces at the ends")
    return text


class Rule(BaseModel):
    """What the assets that a query finds must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Text, AfterValidator(_in_one_line)]
    query: Annotated[str, StringConstraints(max_length=8_000)] = ""
    """In the language of the filter `where`; empty: all assets."""
    copies: Annotated[int, Field(ge=1, le=MOST_COPIES, strict=True)] = 2
    """Verified copies, each in another source."""
    tiers: tuple[Tier, ...] = ()
    """At least one copy is to be in each of these, and none in others; empty: wherever they are."""
    sources: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """Names of the only sources in which copies are made, the first ones preferred; empty: all that are managed and in
    one of the tiers, the cheapest ones preferred."""
    verified_within: Annotated[Age, Field(gt=0)] = 365 * DAY
    """Seconds since a copy was read back for which it counts."""
    readable: Annotated[bool, Field(strict=True)] = True
    """Whether a file is deleted only while one of the copies that count can be read at once; else all of them may be
    archived or on media that have to be fetched."""
    storage_class: dict[Text, Text] = {}
    """By the name of a source: the class that files are to have there."""
    grace: Age = 14 * DAY
    """Seconds for which a file that may be deleted stays."""

    @model_validator(mode="after")
    def _is_valid(self) -> Self:
        for what, names in (("tiers", self.tiers), ("sources", self.sources)):
            if len(set(names)) < len(names):
                raise ValueError(f"{what}: one is named twice")
        if len(self.tiers) > self.copies:
            raise ValueError(
                f"copies: {self.copies} is less than the number of tiers, each of which is to have one"
            )
        return self


class Window(BaseModel):
    """A limit that holds from one time of day to another, by the clock of the worker."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    begin: Annotated[Minute, Field(alias="from")]
    end: Annotated[Minute, Field(alias="to")]
    """Before `begin`: on the next day."""
    mb_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """10^6 bytes a second, of all copies of a worker together."""

    @model_validator(mode="after")
    def _is_valid(self) -> Self:
        if self.begin % _MINUTES == self.end % _MINUTES and not (self.begin == 0 and self.end == _MINUTES):
            raise ValueError("it ends when it begins; for the whole day, give 00:00 and 24:00")
        return self

    def holds(self, minute: int) -> bool:
        """Whether it holds in a minute since midnight."""
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


class ConfirmAbove(BaseModel):
    """What is asked about before it is done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    money: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """In each currency; None: nothing is asked."""


class Limits(BaseModel):
    """What limits the work of plans."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bandwidth: Annotated[tuple[Window, ...], Field(max_length=100)] = ()
    confirm_above: ConfirmAbove = ConfirmAbove()

    def mb_per_s(self, minute: int) -> float | None:
        """The limit in a minute since midnight, in 10^6 bytes a second: of several the lowest; None: there is none."""
        return min((one.mb_per_s for one in self.bandwidth if one.holds(minute)), default=None)


class Policy(BaseModel):
    """The rules, in the order in which they are asked, and limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[tuple[Rule, ...], Field(max_length=MAX_RULES)] = ()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _is_valid(self) -> Self:
        twice = [name for name, count in Counter(one.name for one in self.rule).items() if count > 1]
        if twice:
            raise ValueError(f"rule: two are called {twice[0]!r}")
        return self

    def named(self, name: str) -> Rule:
        """The rule of a name. Raises NotFound."""
        for rule in self.rule:
            if rule.name == name:
                return rule
        rules = ", ".join(one.name for one in self.rule) or "none"
        raise NotFound(errors.RULE_UNKNOWN, name=name[:200], rules=rules)


def parse_policy(toml: str) -> Policy:
    """A policy from its text. Raises InvalidInput (POLICY_INVALID), which names everything that is wrong."""
    try:
        if len(toml) > MAX_TOML:
            raise InvalidInput(errors.POLICY_INVALID, problems=f"it is longer than {MAX_TOML:,} characters")
        given = tomllib.loads(toml)
        if (text := unstorable_in(given)) is not None:
            problem = f"{text[:100]!a} holds a character that cannot be stored"
            raise InvalidInput(errors.POLICY_INVALID, problems=problem)
        return Policy.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(errors.POLICY_INVALID, problems=_problems(error)) from None
    except ValueError as error:  # of tomllib, and of Python for a number of thousands of digits
        raise InvalidInput(errors.POLICY_INVALID, problems=f"it is not TOML: {error}") from None
    except RecursionError:
        raise InvalidInput(errors.POLICY_INVALID, problems="it is nested too deeply") from None


def _problems(error: ValidationError) -> str:
    """What pydantic found, in one line."""
    found = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in one["loc"])
        what = one["msg"].removeprefix("Value error, ")
        found.append(f"{where}: {what}" if where else what)
    return "; ".join(found)
