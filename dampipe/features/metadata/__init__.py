"""Metadata: typed fields of assets, declared by features and by the schema of the library, and their values."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "metadata",
    __name__,
    tables=("dampipe.features.metadata.tables",),
    providers={"dampipe.kernel.field:FieldRegistry": "dampipe.features.metadata.registry:LibraryFields"},
    commands={
        "metadata": Command(
            "Show and edit the metadata of assets.", "dampipe.features.metadata.cli.metadata:command"
        ),
        "schema": Command(
            "Show, check and apply the metadata schema.", "dampipe.features.metadata.cli.schema:command"
        ),
    },
    routers=("dampipe.features.metadata.http:router", "dampipe.features.metadata.http_table:router"),
    annotations=("dampipe.features.metadata.annotations:described_among",),
    savers=(("dampipe.media.info:MediaInfo", "dampipe.features.metadata.embedded:save_descriptions"),),
    currents=("dampipe.features.metadata.embedded:follow_current",),
    merges=("dampipe.features.metadata.merge:VALUES",),
    guards=("dampipe.features.metadata.guard:FILLED",),
    term_uses=("dampipe.features.metadata.term_use:TERMS",),
    events=(
        "dampipe.features.metadata.events:MetadataChanged",
        "dampipe.features.metadata.events:SchemaChanged",
    ),
    documents=("dampipe.features.metadata.search:value_words",),
    details=("dampipe.features.metadata.details:METADATA",),
    panel="panel.js",
    remedies="dampipe.features.metadata.remedies",
)
