"""Every error dampipe raises on purpose, named for what happens next.

    DampipeError
    ├── StageError              raised inside a stage; the runner decides by its class
    │   ├── Transient           try again later, with back-off
    │   ├── BadMedia            the file's fault: parked with its reason, never retried automatically
    │   ├── Unavailable         this deployment lacks something: skipped, caught up when it is there
    │   └── Permanent           our fault: parked, loud
    ├── InvalidInput            what was asked cannot be done as asked
    │   ├── NotFound            what was asked for does not exist
    │   ├── NotPermitted        this client may not do it, or may not see whether it could
    │   ├── Conflict            it cannot be done in the state that things are in now
    │   └── TooLarge            more was sent than is read
    ├── NotLoggedIn             there is no login, or it is not valid
    ├── Forbidden               the actor lacks the scope for it
    ├── NotLicensed             what was asked for may not be used so
    ├── TooManyRequests         too many attempts; try again after a while
    ├── SearchUnavailable       there is no model or no index to answer with
    ├── ServiceDown             a service elsewhere (an identity provider) does not answer
    ├── BrokerDown              the broker does not answer
    ├── CatalogueDown           the database does not answer, or is locked
    ├── CannotStart             a process of the deployment cannot start (a port is taken, say)
    ├── Busy                    another process does the same at this moment
    └── StorageFull             no space left where dampipe writes

An adapter translates foreign errors in one table; what is unknown is Permanent.

Below the faces an error is a code with parameters:

    TAG_INVALID = ErrorCode("tag.invalid", "{name!r} is not a valid tag", "Use letters, digits and spaces.")
    raise InvalidInput(TAG_INVALID, name=name)

Its text and its remedy hold in every face. What to do next in the terms of one face (a command, a button) stands
in that face's table of remedies, by code: `remedies.py` of a feature, and `dampipe/app/engine_remedies.py`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

from dampipe.kernel.masking import mask_text


class ExitCode(IntEnum):
    """What the command line answers with; documented in docs/cli.md."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    FAILURES = 3
    BROKER_DOWN = 4
    CATALOGUE_DOWN = 5
    SEARCH_UNAVAILABLE = 6
    NOT_FOUND = 7
    CANNOT_START = 8
    STORAGE_FULL = 9
    UNHEALTHY = 10
    SUSPECT = 11
    """A source is away, refuses access, is empty or much smaller than it was; nothing of it was marked missing."""
    BUSY = 12
    """Not run: another one is at it."""
    MISMATCH = 13
    """A file's content has changed while its size and time have not, or it cannot be read any more."""
    FORBIDDEN = 14
    """The actor lacks a scope; the message names it."""
    NOT_LICENSED = 15
    """Something may not be used as it was asked for; the message says why."""
    INTERRUPTED = 130


@dataclass(frozen=True)
class ErrorCode:
    """One kind of error. `text` and `remedy` are format strings over the error's parameters."""

    code: str
    """Stable, `subject.problem`; part of the HTTP API."""
    text: str
    """What happened, in one line."""
    remedy: str = ""
    """What to do next, in words that hold for every face: no command, no button."""


class DampipeError(Exception):
    """The base of all. `str(error)` is one line for a person; `hint` says what to do next."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, what: ErrorCode | str, hint: str = "", **parameters: Any) -> None:
        """what: the error's code, whose text is filled with the parameters; or a text of no code."""
        parameters = {name: _parameter(name, value) for name, value in parameters.items()}
        if isinstance(what, ErrorCode):
            super().__init__(mask_text(what.text.format_map(parameters)))
            hint = hint or what.remedy.format_map(parameters)
        else:
            super().__init__(mask_text(what))
        self.code = what.code if isinstance(what, ErrorCode) else ""
        self.parameters = parameters
        self.hint = mask_text(hint)

    def plain_parameters(self) -> dict[str, Any]:
        """The parameters as JSON takes them: numbers, texts and lists as they are, all else as text."""
        return {name: _plain(value) for name, value in self.parameters.items()}


def _plain(value: object) -> Any:
    if isinstance(value, (str, int, float, bool, list, dict)) or value is None:
        return value
    return mask_text(str(value))


def _parameter(name: str, value: Any) -> Any:
    """Foreign errors quote the URL that they were given; no password of it leaves dampipe in an error."""
    if isinstance(value, Exception):
        value = str(value)
    if not isinstance(value, str):
        return value
    if name in _FOREIGN:
        value = _without_stop(" ".join(value.split()))
    return mask_text(value)


_FOREIGN = ("problem", "reason")
"""Parameters that hold the words of another program, which may have several lines and end with a full stop."""


def _without_stop(text: str) -> str:
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


class StageError(DampipeError):
    """Something went wrong inside a stage."""

    kind = "permanent"

    @classmethod
    def of(cls, error: DampipeError, **more: Any) -> Self:
        """The same error, with its code and parameters, as one of this class. more: arguments of the class."""
        made = cls(str(error), error.hint, **more)
        made.code, made.parameters = error.code, error.parameters
        return made


class Transient(StageError):
    """Worth another try later (a share that went away, a disk that is full).

    `delay` (seconds), when given, replaces the usual back-off.
    """

    kind = "transient"

    def __init__(
        self, what: ErrorCode | str, hint: str = "", delay: float | None = None, **parameters: Any
    ) -> None:
        super().__init__(what, hint, **parameters)
        self.delay = delay


class BadMedia(StageError):
    """The file cannot be used; trying again would give the same."""

    kind = "bad_media"


class Unavailable(StageError):
    """This deployment cannot do the stage at all (no model weights, say); nothing is wrong with the file."""

    kind = "unavailable"
    exit_code = ExitCode.SEARCH_UNAVAILABLE


class Permanent(StageError):
    """A fault of dampipe or its set-up."""

    kind = "permanent"


class InvalidInput(DampipeError):
    """A request that cannot be carried out as it stands."""

    exit_code = ExitCode.USAGE


class NotFound(InvalidInput):
    """The thing named does not exist."""

    exit_code = ExitCode.NOT_FOUND


class NotPermitted(InvalidInput):
    """This client may not do what it asks for; the message is the same whether or not it exists."""


class Conflict(InvalidInput):
    """What was asked does not fit the state that things are in now."""


class TooLarge(InvalidInput):
    """More was sent than is read."""


class NotLoggedIn(DampipeError):
    """There is no login, or what was shown is not valid; the message is the same for all reasons."""

    exit_code = ExitCode.FORBIDDEN


class TooManyRequests(DampipeError):
    """There were too many attempts; the parameter `seconds` says when the next one is allowed."""

    exit_code = ExitCode.BUSY


class Forbidden(DampipeError):
    """The actor lacks the scope that this needs; the parameter `scope` names it."""

    exit_code = ExitCode.FORBIDDEN


class NotLicensed(DampipeError):
    """A check of releases refuses it (`dampipe/kernel/release.py`); the parameter `objections` lists why."""

    exit_code = ExitCode.NOT_LICENSED


class SearchUnavailable(DampipeError):
    """Search cannot answer here and now; the message says what is missing."""

    exit_code = ExitCode.SEARCH_UNAVAILABLE


class ServiceDown(DampipeError):
    """A service elsewhere, such as a storage of footage or an identity provider, does not answer."""

    exit_code = ExitCode.SUSPECT


class BrokerDown(DampipeError):
    """The broker cannot be reached. The catalogue keeps what was asked."""

    exit_code = ExitCode.BROKER_DOWN


class CatalogueDown(DampipeError):
    """The database cannot be reached or stays locked."""

    exit_code = ExitCode.CATALOGUE_DOWN


class CannotStart(DampipeError):
    """A process of the deployment cannot start."""

    exit_code = ExitCode.CANNOT_START


class Busy(DampipeError):
    """Another process does the same; this one steps aside."""

    exit_code = ExitCode.BUSY


class StorageFull(DampipeError):
    """No space is left on a device that dampipe writes to."""

    exit_code = ExitCode.STORAGE_FULL
