"""What the output of icloudpd means: error codes, and photos that were not fetched. No I/O.

From the texts of icloudpd 1.32 and of the exceptions of its pyicloud; the first rule that fits is the reason, so the
more specific ones are first. There is no list of exit codes: every failure is 1.
"""

import re
from collections.abc import Sequence

from dampipe.features.imports.errors import PROGRAM_FAILED
from dampipe.features.imports.icloud.errors import (
    ADVANCED_PROTECTION,
    LOGIN_FAILED,
    LOGIN_NEEDED,
    NOT_SET_UP,
    THROTTLED,
    UNREACHABLE,
)
from dampipe.kernel.errors import ErrorCode, Transient
from dampipe.kernel.paths import printable

_RULES: tuple[tuple[ErrorCode, str], ...] = (
    (ADVANCED_PROTECTION, r"private db access disabled|private db access is disabled"),
    (
        NOT_SET_UP,
        r"ZONE_NOT_FOUND|iCloud setup is not complete|ServiceNotActivated|repair/complete|TERMS_UPDATE_NEEDED",
    ),
    (
        LOGIN_FAILED,
        r"Invalid email/password combination|Failed to verify two-(?:factor|step) authentication code",
    ),
    (
        LOGIN_NEEDED,
        r"Two-(?:factor|step) authentication (?:is )?required|None of providers gave password|Invalid global session"
        r"|Invalid authentication token|Missing X-APPLE-WEBAUTH-TOKEN|AUTHENTICATION_FAILED"
        r"|Authentication required for Account|NoStoredPassword|KeyError: 'dsInfo'|EOFError|PyiCloud2SARequired",
    ),
    (
        THROTTLED,
        r"ACCESS_DENIED|throttle requests|Service Temporarily Unavailable|ServiceUnavailable|\b50[23]\b|TRY_AGAIN_LATER",
    ),
    (
        UNREACHABLE,
        r"Cannot connect to Apple iCloud|ConnectionError|Max retries exceeded|Name or service not known"
        r"|Temporary failure in name resolution|Connection (?:refused|reset)|timed out",
    ),
)
_DELAYS = {
    **dict.fromkeys(
        (one.code for one in (ADVANCED_PROTECTION, NOT_SET_UP, LOGIN_FAILED, LOGIN_NEEDED)), 86_400.0
    ),
    THROTTLED.code: 900.0,
}
"""Seconds until it is tried again: what a person has to do is not tried often, since Apple locks accounts."""
_NOT_FETCHED = (
    re.compile(r"\bCould not download (?P<name>.+)\. Please try again later\.$"),
    re.compile(r"\bCould not find URL to download (?P<name>.+) for size \w+$"),
    re.compile(r"\bIOError while writing file to (?P<name>.+?)\. You might have run out of disk space"),
)
_KEY_ERROR = re.compile(r"KeyError: .* attribute was not found in the photo fields\.$")


def error_of(user: str, lines: Sequence[str], code: int) -> Transient:
    """Why icloudpd ended with an exit code that is not 0. lines: the end of its output."""
    text = "\n".join(lines)
    problem = printable(_last_words(lines) or f"exit code {code}")
    for error, pattern in _RULES:
        if re.search(pattern, text):
            return Transient(error, delay=_DELAYS.get(error.code), user=user, problem=problem)
    return Transient(PROGRAM_FAILED, program="icloudpd", problem=problem)


def _last_words(lines: Sequence[str]) -> str:
    """The last line that says something, without the time before it."""
    for line in reversed(lines):
        if line.strip() and not line.startswith("[PYI-"):
            return re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+ +", "", line.strip())[:300]
    return ""


def not_fetched(line: str) -> str | None:
    """The file that a line says could not be fetched; None: it says no such thing. "": one that has no name.

    >>> not_fetched("2026-01-01 10:00:00 ERROR    Could not download IMG_1.HEIC. Please try again later.")
    'IMG_1.HEIC'
    """
    for pattern in _NOT_FETCHED:
        if found := pattern.search(line.rstrip()):
            return found["name"]
    return "" if _KEY_ERROR.search(line.rstrip()) else None
