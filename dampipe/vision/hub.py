"""Weights from the Hugging Face hub: the local cache first, then a download that fails fast.

Without a network every file would otherwise wait for its own time-out: what failed is remembered for ten
minutes, per process. An address is "owner/name", or "owner/name/file" where the weights are a file of another
name than usual; either may end in "@revision". The first use pins the commit and the checksums (`hub_record.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TypeVar

from dampipe.kernel.errors import Unavailable
from dampipe.vision.errors import DOWNLOAD_FAILED
from dampipe.vision.hub_record import recorded, verify

REMEMBER = 600.0
"""Seconds for which a failure answers for the next attempts."""
CONNECT = 5.0
"""Seconds that the hub may take to answer a first question."""
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
CONFIG = "open_clip_config.json"

_Answer = TypeVar("_Answer")
_failed: dict[str, tuple[float, str]] = {}


def cached(address: str, names: tuple[str, ...] = WEIGHTS) -> Path | None:
    """The first of the files that lies in the local cache, or None. Asks no network, and checks no content."""
    from huggingface_hub import try_to_load_from_cache

    place = _split(address, names)
    for name in place.names:
        found = try_to_load_from_cache(place.repository, name, revision=place.wanted)
        if isinstance(found, str):
            return Path(found)
    return None


def check(address: str, names: tuple[str, ...] = WEIGHTS) -> None:
    """Raise `Unavailable` unless the file is cached or the hub says that it could be fetched now."""
    if cached(address, names) is None:
        place = _split(address, names)
        _remembering(place.repository, lambda: _offered(place))


def fetch(address: str, names: tuple[str, ...] = WEIGHTS) -> Path:
    """The file, from the cache or downloaded into it, with the right checksum. Raises `Unavailable`."""
    from huggingface_hub import hf_hub_download

    place = _split(address, names)

    def download() -> Path:
        name, commit = _offered(place)
        return Path(hf_hub_download(place.repository, name, revision=commit, etag_timeout=CONNECT))

    path = cached(address, names) or _remembering(place.repository, download)
    folder = _snapshot(path)
    verify(place.key, folder.name, {path.relative_to(folder).as_posix(): path})
    return path


def fetch_folder(address: str, patterns: tuple[str, ...], ignored: tuple[str, ...]) -> Path:
    """The folder that holds all files of one revision that match; those not cached are downloaded. Raises `Unavailable`.

    patterns, ignored: as `fnmatch` has them; "*" matches a slash, too.
    """
    from huggingface_hub import snapshot_download

    place = _split(address, ())

    def download() -> Path:
        return Path(
            snapshot_download(
                place.repository,
                revision=place.wanted,
                allow_patterns=list(patterns),
                ignore_patterns=list(ignored),
                etag_timeout=CONNECT,
            )
        )

    folder = _remembering(place.repository, download)
    verify_folder(address, folder)
    return folder


def verify_folder(address: str, folder: Path) -> None:
    """Check all files of a revision that are in the cache. folder: that of the revision. Raises `Unavailable`."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    verify(_split(address, ()).key, folder.name, files)


def forget() -> None:
    """Forget what failed, so that the next call tries again."""
    _failed.clear()


@dataclass(frozen=True)
class _Place:
    """Files on the hub."""

    repository: str
    revision: str
    """A branch, tag or commit; empty where the address names none."""
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name under which it is recorded."""
        return f"{self.repository}@{self.revision}" if self.revision else self.repository

    @property
    def wanted(self) -> str | None:
        """The revision to use: the commit that was used first, else the one of the address; None for the newest."""
        known = recorded(self.key)
        return known.commit if known is not None else self.revision or None


def _split(address: str, names: tuple[str, ...]) -> _Place:
    address, _, revision = address.partition("@")
    parts = address.split("/")
    if len(parts) < 3:
        return _Place(address, revision, names)
    own = Path(parts[2])
    return _Place("/".join(parts[:2]), revision, (str(own.with_suffix(".safetensors")), str(own)))


def _snapshot(path: Path) -> Path:
    """The folder of the revision that a file of the cache belongs to; its name is the commit."""
    return next((folder for folder in path.parents if folder.parent.name == "snapshots"), path.parent)


def _offered(place: _Place) -> tuple[str, str]:
    """The first of the names that the hub has, and its commit: one short question each, no retries."""
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError

    if constants.is_offline_mode():
        raise OSError("the hub is switched off by HF_HUB_OFFLINE")
    for name in place.names:
        try:
            found = get_hf_file_metadata(
                hf_hub_url(place.repository, name, revision=place.wanted), timeout=CONNECT
            )
        except EntryNotFoundError:
            continue
        return name, found.commit_hash or place.wanted or "main"
    raise OSError(f"{place.repository} has none of: {', '.join(place.names)}")


def _remembering(repository: str, attempt: Callable[[], _Answer]) -> _Answer:
    when, reason = _failed.get(repository, (0.0, ""))
    if not reason or monotonic() - when > REMEMBER:
        try:
            answer = attempt()
        # Every reason not to get the file (no network, a proxy, a gate, a full disk) ends the same way.
        except Exception as error:
            text = " ".join(str(error).split()).partition(" For more information")[0]
            reason = text or type(error).__name__
            _failed[repository] = (monotonic(), reason)
        else:
            _failed.pop(repository, None)
            return answer
    raise Unavailable(DOWNLOAD_FAILED, repository=repository, reason=reason)
