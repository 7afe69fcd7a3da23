"""Assets: what is known of each content, and where its files are."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "assets",
    __name__,
    tables=("dampipe.features.assets.tables",),
    commands={"show": Command("Show all that is known of one asset.", "dampipe.features.assets.cli:command")},
    routers=("dampipe.features.assets.http:router",),
    guest_endpoints=("GET /assets", "GET /assets/{sha1}"),
    fields=("dampipe.features.assets.fields:FIELDS",),
    filters=("dampipe.features.assets.filters:FIELDS",),
    events=("dampipe.features.assets.events:AssetAdded", "dampipe.features.assets.events:VersionCurrent"),
    remedies="dampipe.features.assets.remedies",
    savers=(
        ("dampipe.media.info:MediaInfo", "dampipe.features.assets.savers:save_media"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.assets.savers:save_shots"),
        ("dampipe.media.outputs:Preview", "dampipe.features.assets.savers:save_correction"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.assets.savers:save_correction"),
    ),
)
