"""Excerpts: a part of an original, copied without decoding it; of remote files only that part is fetched."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "excerpts",
    __name__,
    providers={f"{__name__}.service:ExcerptService": f"{__name__}.providers:excerpts"},
    commands={"excerpt": Command("Copy a part of an original.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router",),
    events=(f"{__name__}.events:OriginalExcerpted",),
    panel="panel.js",
    remedies=f"{__name__}.remedies",
)
