"""URLs of footage: what is valid before any storage is asked."""

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable
from dampipe.storage.files.errors import URL_INVALID

_WITH_SHARE = ("smb",)
"""Schemes whose paths begin with the name of a share."""
_PLACES = {"s3": "bucket", "gs": "bucket", "smb": "server"}
"""What stands after `://`, by scheme; elsewhere a server."""


def check_url(url: str) -> None:
    """Raises InvalidInput for a URL without a server or bucket, with a password, or with `.` and `..` in its path.

    Whether there is a kind of storage for its scheme is for who opens it to say.
    """
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    shown = f"{scheme}://{host}/{path}" if at else url
    problem = ""
    if ":" in user:
        problem = "it holds a password: put it in a connection of dampipe.toml"
    elif not host or host.startswith(":"):
        problem = f"it names no {_PLACES.get(scheme.lower(), 'server')}"
    elif scheme.lower() in _WITH_SHARE and not path.strip("/"):
        problem = "it names no share"
    elif set(path.split("/")) & {".", ".."}:
        problem = "`.` and `..` have no meaning in it"
    elif "\0" in url:
        problem = "it holds a NUL"
    if problem:
        raise InvalidInput(URL_INVALID, url=printable(shown), problem=problem)


def is_valid_url(url: str) -> bool:
    """Whether `check_url` accepts a URL."""
    try:
        check_url(url)
    except InvalidInput:
        return False
    return True
