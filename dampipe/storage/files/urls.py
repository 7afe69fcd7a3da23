"""URLs as roots of footage: what is valid before any storage is asked."""

from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable
from dampipe.storage.files.connections import parse
from dampipe.storage.files.errors import URL_INVALID
from dampipe.storage.registry import kinds

_WITH_SHARE = ("smb",)
"""Schemes whose paths begin with the name of a share."""


def check_url(url: str) -> None:
    """Raises InvalidInput for a URL that is not the root of footage, nor lies below one.

    That is one that `parse` refuses, of an unknown scheme, without a share where it takes one, or with `.` and `..`.
    """
    address = parse(url)
    problem = ""
    if not _is_known(address.scheme):
        problem = f"{address.scheme} is not a kind of storage"
    elif address.scheme in _WITH_SHARE and not address.path.strip("/"):
        problem = f"it names no share, as in {address.scheme}://server/share"
    elif set(address.path.split("/")) & {".", ".."}:
        problem = "`.` and `..` have no meaning in it"
    elif "\0" in url:
        problem = "it holds a NUL"
    if problem:
        raise InvalidInput(URL_INVALID, url=printable(url), problem=problem)


def _is_known(scheme: str) -> bool:
    """Whether a kind of storage has the scheme, or fsspec, which opens all others that it knows."""
    known = kinds("footage")
    if scheme in known or "fsspec" not in known:
        return scheme in known
    from fsspec.registry import known_implementations, registry  # imported only for a scheme of no other kind

    return scheme in registry or scheme in known_implementations


def is_valid_url(url: str) -> bool:
    """Whether `check_url` accepts a URL."""
    try:
        check_url(url)
    except InvalidInput:
        return False
    return True
