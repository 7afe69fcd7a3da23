"""Managed sources: the only ones that dampipe writes to or deletes from. All others are only read."""

from dampipe.features.sources.errors import NOT_MANAGED
from dampipe.features.sources.model import Source
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable


def require_managed(source: Source) -> None:
    """Raise InvalidInput (NOT_MANAGED) unless the source is declared as managed.

    Whatever writes footage calls it before the first write, and again whenever it continues: a source may be declared as
    read-only again at any time.
    """
    if not source.managed:
        raise InvalidInput(NOT_MANAGED, name=printable(source.name))
