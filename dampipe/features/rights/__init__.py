"""Rights: licences of assets, what they allow where, how and when, and the check of everything that leaves."""

from dampipe.features.rights.scopes import RIGHTS
from dampipe.kernel.feature import Command, Feature, Task

FEATURE = Feature(
    "rights",
    __name__,
    tables=(f"{__name__}.tables",),
    commands={
        "rights": Command(
            "Keep licences, and check what may be used where, how and when.", f"{__name__}.cli:command"
        )
    },
    routers=(f"{__name__}.http:router",),
    details=(f"{__name__}.details:ASSET_RIGHTS",),
    panel="panel.js",
    filters=(f"{__name__}.filters:FIELDS",),
    release_checks=(f"{__name__}.checks:check_release",),
    tasks={
        "licence_notices": Task(
            f"{__name__}.tasks:NoticesTask", schedule=f"{__name__}.task_schedule:notices_interval"
        )
    },
    annotations=(f"{__name__}.queries:licensed_among",),
    merges=(f"{__name__}.merge:LICENCES",),
    guards=(f"{__name__}.guards:RIGHTS_IN_ORDER",),
    events=tuple(
        f"{__name__}.events:{name}"
        for name in (
            "LicenceAdded",
            "LicenceChanged",
            "LicenceRemoved",
            "LicenceAttached",
            "LicenceDetached",
            "PolicyChanged",
            "RightsExpiring",
            "RightsExpired",
        )
    ),
    scopes=(RIGHTS,),
    remedies=f"{__name__}.remedies",
)
