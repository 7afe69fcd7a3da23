"""How the objects of this feature are made that depend on settings."""

from dampipe.features.sources.model import ScanRoots
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings


def scan_roots(services: Services) -> ScanRoots:
    """The folders and URLs below which the HTTP API may scan."""
    return ScanRoots(services.get(Settings).scan_roots)
