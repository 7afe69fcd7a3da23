"""Whether two sources are one storage, a NAS that is known by SMB and as a mounted folder for example.

Nothing that storages say of themselves tells it. So a small file with a random name is put beside one copy; if it is
seen beside the other one, the two are one file.
"""

import time
import unicodedata
from collections.abc import Callable
from typing import cast

from dampipe.features.tiers.known_copies import KnownCopy
from dampipe.features.tiers.one_file import is_one_file
from dampipe.kernel.errors import DampipeError, NotFound
from dampipe.kernel.paths import join_key, split_key
from dampipe.storage.files.base import FileStore, ManagedStore
from dampipe.storage.files.probe import probe

REMEMBERED = 3600.0
"""Seconds for which it is not looked again whether two folders are one."""

_Relation = tuple[str, str, str, str]


class SameStorage:
    """Tells storages apart. Safe to use from several threads."""

    def __init__(
        self, stores: Callable[[str], FileStore], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """stores: opens the storage of a root."""
        self._stores = stores
        self._clock = clock
        self._known: dict[_Relation, tuple[bool, float]] = {}
        """Verdicts, with when they were found."""

    def __call__(self, one: KnownCopy, other: KnownCopy) -> bool:
        """Whether two copies lie in one folder of one storage, under one name.

        Raises what the stores raise, if that cannot be told. Two of which neither source is managed are taken for two.
        """
        if one.source == other.source or _name(one) != _name(other):
            return False
        if is_one_file(one.path, other.path):
            return True
        relation = _relation(one, other)
        verdict, at = self._known.get(relation, (False, -REMEMBERED))
        if self._clock() - at < REMEMBERED:
            return verdict
        verdict = self._look(one, other)
        self._known[relation] = (verdict, self._clock())
        return verdict

    def _look(self, one: KnownCopy, other: KnownCopy) -> bool:
        problem: DampipeError | None = None
        for here, there in ((one, other), (other, one)):  # the other way round where the first one is full
            if not here.is_managed:
                continue
            try:
                return self._probe(here, there)
            except DampipeError as error:
                problem = problem or error
        if problem is not None:
            raise problem
        return False  # neither may be written to

    def _probe(self, here: KnownCopy, there: KnownCopy) -> bool:
        store = cast(ManagedStore, self._stores(here.file.root))
        with probe(store, split_key(here.file.key)[0]) as name:
            try:
                self._stores(there.file.root).stat(join_key(split_key(there.file.key)[0], name))
            except NotFound:
                return False
            return True


def _name(copy: KnownCopy) -> str:
    """As storages compare names that know neither case nor spellings."""
    return unicodedata.normalize("NFC", split_key(copy.file.key)[1]).casefold()


def _relation(one: KnownCopy, other: KnownCopy) -> _Relation:
    """Two folders, without what is alike at the ends of their paths: if these are one, all below them are."""
    first, second = (split_key(copy.file.key)[0].split("/") for copy in (one, other))
    while first and second and first[-1] == second[-1]:
        first.pop()
        second.pop()
    return (one.file.root, "/".join(first), other.file.root, "/".join(second))
