"""Sidecars: XMP files beside footage are read as values, and what people say is written to them."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "sidecars",
    __name__,
    tables=("dampipe.features.sidecars.tables",),
    commands={
        "sidecar": Command(
            "See which sidecars wait to be written, and say where.", "dampipe.features.sidecars.cli:command"
        ),
    },
    routers=("dampipe.features.sidecars.http:router",),
    panel="panel.js",
    sweeps=("dampipe.features.sidecars.sweep:SidecarSweep",),
    value_listeners=("dampipe.features.sidecars.queries:note_values",),
    copied=("dampipe.features.sidecars.copied:note_copy",),
    merges=("dampipe.features.sidecars.merge:SIDECARS",),
    details=("dampipe.features.sidecars.details:SIDECARS",),
    events=(
        "dampipe.features.sidecars.events:SidecarWritten",
        "dampipe.features.sidecars.events:SidecarConflict",
        "dampipe.features.sidecars.events:SidecarPlaceSet",
    ),
    remedies="dampipe.features.sidecars.remedies",
)
