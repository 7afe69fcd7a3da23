"""Originals: the files themselves leave dampipe by one function, for actors with a scope of its own, and are audited."""

from dampipe.features.originals.model import ORIGINALS
from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "originals",
    __name__,
    tables=(f"{__name__}.tables",),
    routers=(f"{__name__}.http:router",),
    events=(f"{__name__}.events:OriginalOpened",),
    sweeps=(f"{__name__}.sweep:OldReleases",),
    panel="panel.js",
    scopes=(ORIGINALS,),
    remedies=f"{__name__}.remedies",
)
