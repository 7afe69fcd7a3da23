"""Grouping: files that belong together (a photograph and its film, chapters, a burst) are shown as one."""

from dampipe.kernel.feature import Feature

FEATURE = Feature(
    "grouping",
    __name__,
    tables=("dampipe.features.grouping.tables",),
    details=("dampipe.features.grouping.details:GROUP",),
    savers=(("dampipe.media.info:MediaInfo", "dampipe.features.grouping.savers:save_identifiers"),),
    sweeps=("dampipe.features.grouping.sweep:GroupingSweep",),
    panel="panel.js",
)
