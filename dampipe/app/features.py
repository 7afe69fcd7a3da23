"""The list of features. To add one: a folder below `dampipe/features/`, and a line here."""

from functools import cache
from typing import TYPE_CHECKING

from dampipe.features.assets import FEATURE as ASSETS
from dampipe.features.derivatives import FEATURE as DERIVATIVES
from dampipe.features.duplicates import FEATURE as DUPLICATES
from dampipe.features.fixity import FEATURE as FIXITY
from dampipe.features.processing import FEATURE as PROCESSING
from dampipe.features.scanning import FEATURE as SCANNING
from dampipe.features.search import FEATURE as SEARCH
from dampipe.features.sources import FEATURE as SOURCES
from dampipe.features.tagging import FEATURE as TAGGING
from dampipe.kernel.feature import Feature, load_dotted

if TYPE_CHECKING:
    from sqlalchemy import MetaData

BUILT_IN = (
    SOURCES,
    ASSETS,
    DERIVATIVES,
    DUPLICATES,
    FIXITY,
    SCANNING,
    PROCESSING,
    TAGGING,
    SEARCH,
)
"""Each may import those above it."""


@cache
def features() -> tuple[Feature, ...]:
    """All features: the built-in ones, then those of plug-ins."""
    return BUILT_IN


def metadata() -> "MetaData":
    """The tables of the kernel, the jobs and all features."""
    from sqlmodel import SQLModel

    for module in ("dampipe.kernel.events.tables", "dampipe.jobs.tables"):
        load_dotted(module)
    for feature in features():
        for module in feature.tables:
            load_dotted(module)
    return SQLModel.metadata
