"""The list of features. To add one: a folder below `dampipe/features/`, and a line here."""

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from dampipe.app.errors import SCOPE_TAKEN
from dampipe.app.plugins import Plugins, find_plugins
from dampipe.features.access import FEATURE as ACCESS
from dampipe.features.alignment import FEATURE as ALIGNMENT
from dampipe.features.assets import FEATURE as ASSETS
from dampipe.features.backup import FEATURE as BACKUP
from dampipe.features.bus import FEATURE as BUS
from dampipe.features.collections import FEATURE as COLLECTIONS
from dampipe.features.derivatives import FEATURE as DERIVATIVES
from dampipe.features.duplicates import FEATURE as DUPLICATES
from dampipe.features.events import FEATURE as EVENTS
from dampipe.features.facets import FEATURE as FACETS
from dampipe.features.fixity import FEATURE as FIXITY
from dampipe.features.folders import FEATURE as FOLDERS
from dampipe.features.frames import FEATURE as FRAMES
from dampipe.features.grouping import FEATURE as GROUPING
from dampipe.features.imports import FEATURE as IMPORTS
from dampipe.features.library import FEATURE as LIBRARY
from dampipe.features.machinetags import FEATURE as MACHINETAGS
from dampipe.features.map import FEATURE as MAP
from dampipe.features.metadata import FEATURE as METADATA
from dampipe.features.originals import FEATURE as ORIGINALS
from dampipe.features.processing import FEATURE as PROCESSING
from dampipe.features.pruning import FEATURE as PRUNING
from dampipe.features.review import FEATURE as REVIEW
from dampipe.features.rights import FEATURE as RIGHTS
from dampipe.features.scanning import FEATURE as SCANNING
from dampipe.features.search import FEATURE as SEARCH
from dampipe.features.sharing import FEATURE as SHARING
from dampipe.features.sidecars import FEATURE as SIDECARS
from dampipe.features.sources import FEATURE as SOURCES
from dampipe.features.subclips import FEATURE as SUBCLIPS
from dampipe.features.tagging import FEATURE as TAGGING
from dampipe.features.tiers import FEATURE as TIERS
from dampipe.features.timelines import FEATURE as TIMELINES
from dampipe.features.undo import FEATURE as UNDO
from dampipe.features.versions import FEATURE as VERSIONS
from dampipe.features.vocabularies import FEATURE as VOCABULARIES
from dampipe.features.webhooks import FEATURE as WEBHOOKS
from dampipe.features.workflow import FEATURE as WORKFLOW
from dampipe.kernel.access import CORE, Scope
from dampipe.kernel.errors import CannotStart
from dampipe.kernel.feature import Feature, load_dotted, register_features

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from dampipe.features.assets.service import DetailFields

BUILT_IN = (
    SOURCES,
    ASSETS,
    DERIVATIVES,
    ORIGINALS,
    FRAMES,
    ALIGNMENT,
    GROUPING,
    DUPLICATES,
    VERSIONS,
    FIXITY,
    SCANNING,
    TIERS,
    PROCESSING,
    EVENTS,
    BUS,
    WEBHOOKS,
    UNDO,
    VOCABULARIES,
    METADATA,
    SIDECARS,
    TAGGING,
    TIMELINES,
    RIGHTS,
    WORKFLOW,
    SEARCH,
    FACETS,
    FOLDERS,
    MAP,
    LIBRARY,
    MACHINETAGS,
    PRUNING,
    ACCESS,
    SUBCLIPS,
    REVIEW,
    COLLECTIONS,
    IMPORTS,
    SHARING,
    BACKUP,
)
"""Each may import those above it."""


@cache
def plugins() -> Plugins:
    """The plug-ins of this process."""
    return find_plugins(built_in=BUILT_IN)


@cache
def features() -> tuple[Feature, ...]:
    """All features: the built-in ones, then those of plug-ins."""
    return (*BUILT_IN, *plugins().features)


register_features(features)


def metadata() -> "MetaData":
    """The tables of the kernel, the jobs and all features."""
    from sqlmodel import SQLModel

    for module in (
        "dampipe.kernel.events.tables",
        "dampipe.kernel.documents.tables",
        "dampipe.kernel.facets.tables",
        "dampipe.jobs.tables",
    ):
        load_dotted(module)
    for feature in features():
        for module in feature.tables:
            load_dotted(module)
    return SQLModel.metadata


@cache
def scopes() -> tuple[Scope, ...]:
    """All scopes: those of the kernel, then those of features. Raises CannotStart where two have one name."""
    found = (*CORE, *(scope for feature in features() for scope in feature.scopes))
    twice = [name for name, count in Counter(scope.name for scope in found).items() if count > 1]
    if twice:
        raise CannotStart(SCOPE_TAKEN, scope=twice[0])
    return found


def detail_fields() -> "DetailFields":
    """The fields that features add to the details of an asset."""
    from dampipe.features.assets.service import DetailFields

    return DetailFields(load_dotted(name) for feature in features() for name in feature.details)
