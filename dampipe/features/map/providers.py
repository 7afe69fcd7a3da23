"""Who builds what of the map comes from settings."""

from dampipe.features.map.model import MapTiles
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings


def map_tiles(services: Services) -> MapTiles:
    """The tiles that the settings name."""
    settings = services.get(Settings)
    return MapTiles(url=settings.map_tiles, credit=settings.map_credit)
