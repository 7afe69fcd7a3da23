"""Assets: what is known of each content, where its files are, and pruning what is gone."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "assets",
    tables=("dampipe.features.assets.tables",),
    commands={
        "show": Command("All that is known of one asset.", "dampipe.features.assets.cli.show:command"),
        "prune": Command(
            "Forget files that are gone, and what was made of them.",
            "dampipe.features.assets.cli.prune:command",
        ),
    },
    routers=("dampipe.features.assets.http:router",),
    savers=(
        ("dampipe.media.info:MediaInfo", "dampipe.features.assets.savers:save_media"),
        ("dampipe.media.outputs:Proxy", "dampipe.features.assets.savers:save_shots"),
    ),
)
