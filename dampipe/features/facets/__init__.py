"""Facets: counts by term, and queries over all metadata fields, from sets of versions that are kept with the values."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "facets",
    __name__,
    tables=("dampipe.features.facets.tables",),
    commands={
        "facets": Command(
            "Count assets by the values of metadata fields.", "dampipe.features.facets.cli:command"
        )
    },
    routers=("dampipe.features.facets.http:router",),
    filters=("dampipe.features.facets.filters:FIELDS",),
    sweeps=("dampipe.features.facets.sweep:FacetSweep",),
    remedies="dampipe.features.facets.remedies",
)
