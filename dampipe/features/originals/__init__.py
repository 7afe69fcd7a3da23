"""Originals: everything that leaves dampipe does so by one function, which checks and audits it."""

from dampipe.features.originals.scopes import ORIGINALS, OVERRIDE
from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "originals",
    __name__,
    tables=(f"{__name__}.tables",),
    routers=(f"{__name__}.http:router",),
    events=(
        f"{__name__}.events:OriginalOpened",
        f"{__name__}.events:DerivativeDownloaded",
        f"{__name__}.events:ReleaseOverridden",
        f"{__name__}.events:ShareDownloaded",
    ),
    guest_endpoints=(
        "GET /assets/{sha1}/original",
        "GET /assets/{sha1}/{name}",
        "GET /assets/{sha1}/{name}/download",
    ),
    sweeps=(f"{__name__}.sweep:OldReleases",),
    panel="panel.js",
    scopes=(ORIGINALS, OVERRIDE),
    remedies=f"{__name__}.remedies",
)
