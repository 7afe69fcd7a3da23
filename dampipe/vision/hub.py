"""Weights from the Hugging Face hub: the local cache first, then a download that fails fast.

Without a network every file would otherwise wait for its own time-out: what failed is remembered for ten
minutes, per process. An address is "owner/name", or "owner/name/file" where the weights are a file of another
name than usual.
"""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TypeVar

from dampipe.kernel.errors import Unavailable
from dampipe.vision.errors import DOWNLOAD_FAILED

REMEMBER = 600.0
"""Seconds for which a failure answers for the next attempts."""
CONNECT = 5.0
"""Seconds that the hub may take to answer a first question."""
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
CONFIG = "open_clip_config.json"

_Answer = TypeVar("_Answer")
_failed: dict[str, tuple[float, str]] = {}


def cached(address: str, names: tuple[str, ...] = WEIGHTS) -> Path | None:
    """The first of the files that lies in the local cache, or None. Asks no network."""
    from huggingface_hub import try_to_load_from_cache

    repository, names = _split(address, names)
    for name in names:
        found = try_to_load_from_cache(repository, name)
        if isinstance(found, str):
            return Path(found)
    return None


def check(address: str, names: tuple[str, ...] = WEIGHTS) -> None:
    """Raise `Unavailable` unless the file is cached or the hub says that it could be fetched now."""
    repository, names = _split(address, names)
    if cached(repository, names) is None:
        _remembering(repository, lambda: _offered(repository, names))


def fetch(address: str, names: tuple[str, ...] = WEIGHTS) -> Path:
    """The file, from the cache or downloaded into it. Raises `Unavailable`."""
    from huggingface_hub import hf_hub_download

    repository, names = _split(address, names)

    def download() -> Path:
        name = _offered(repository, names)
        return Path(hf_hub_download(repository, name, etag_timeout=CONNECT))

    return cached(repository, names) or _remembering(repository, download)


def fetch_folder(repository: str, patterns: tuple[str, ...], ignored: tuple[str, ...]) -> Path:
    """The folder that holds all files of one revision that match; those not cached are downloaded. Raises `Unavailable`.

    patterns, ignored: as `fnmatch` has them; "*" matches a slash, too.
    """
    from huggingface_hub import snapshot_download

    def download() -> Path:
        return Path(
            snapshot_download(
                repository,
                allow_patterns=list(patterns),
                ignore_patterns=list(ignored),
                etag_timeout=CONNECT,
            )
        )

    return _remembering(repository, download)


def forget() -> None:
    """Forget what failed, so that the next call tries again."""
    _failed.clear()


def _split(address: str, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    parts = address.split("/")
    if len(parts) < 3:
        return address, names
    own = Path(parts[2])
    return "/".join(parts[:2]), (str(own.with_suffix(".safetensors")), str(own))


def _offered(repository: str, names: tuple[str, ...]) -> str:
    """The first of the names that the hub has: one short question each, no retries."""
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError

    if constants.is_offline_mode():
        raise OSError("the hub is switched off by HF_HUB_OFFLINE")
    for name in names:
        try:
            get_hf_file_metadata(hf_hub_url(repository, name), timeout=CONNECT)
        except EntryNotFoundError:
            continue
        return name
    raise OSError(f"{repository} has none of: {', '.join(names)}")


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
