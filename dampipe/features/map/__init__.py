"""The map: where assets were recorded, as clusters of those that lie close to each other at a zoom."""

from dampipe.kernel.feature import Command, Feature

FEATURE = Feature(
    "map",
    __name__,
    providers={"dampipe.features.map.model:MapTiles": f"{__name__}.providers:map_tiles"},
    commands={"map": Command("Count assets by where they were recorded.", f"{__name__}.cli:command")},
    routers=(f"{__name__}.http:router",),
    panel="panel/panel.js",
)
