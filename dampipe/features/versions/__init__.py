"""Versions: which contents are versions of one asset, found by their footage or said by people."""

from dampipe.kernel.feature import Command, Feature, Work

FEATURE = Feature(
    "versions",
    __name__,
    tables=("dampipe.features.versions.tables",),
    commands={
        "version": Command("Stack and split the versions of assets.", "dampipe.features.versions.cli:command")
    },
    routers=("dampipe.features.versions.http:router",),
    events=(
        "dampipe.features.versions.events:AssetMerged",
        "dampipe.features.versions.events:AssetSettled",
        "dampipe.features.versions.events:AssetSplit",
    ),
    savers=(
        ("dampipe.kernel.stage_io:ContentHash", "dampipe.features.versions.savers:replace_by_path"),
        ("dampipe.media.info:MediaInfo", "dampipe.features.versions.savers:settle_other_kinds"),
        ("dampipe.media.outputs:Preview", "dampipe.features.versions.savers:compare_footage"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.versions.savers:compare_frames"),
    ),
    work={"compare": Work(queue="io", handler="dampipe.features.versions.compare:CompareHandler")},
    sweeps=("dampipe.features.versions.sweep:ProvisionalSweep",),
    panel="panel/panel.js",
    remedies="dampipe.features.versions.remedies",
)
