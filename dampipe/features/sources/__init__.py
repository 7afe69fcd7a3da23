"""Sources: named roots of footage, their patterns, and their paths on each machine."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "sources",
    __name__,
    tables=("dampipe.features.sources.tables",),
    providers={
        "dampipe.features.sources.model:ScanRoots": "dampipe.features.sources.providers:scan_roots",
        "dampipe.features.sources.service:SourceContents": "dampipe.features.sources.folders:SourceFolders",
    },
    commands={
        "source": Command("Name the folders that hold footage.", "dampipe.features.sources.cli:command"),
    },
    routers=("dampipe.features.sources.http:router",),
    panel="panel.js",
    filters=("dampipe.features.sources.filters:FIELDS",),
    remedies="dampipe.features.sources.remedies",
)
