"""How the objects of this feature are made that depend on settings."""

from pathlib import Path

from dampipe.features.uploads.folder import UploadFolder
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings


def upload_folder(services: Services) -> UploadFolder:
    """Where uploaded files lie until they are imported."""
    settings = services.get(Settings)
    root = Path(settings.upload_folder) if settings.upload_folder else settings.home / "uploads"
    return UploadFolder(root, int(settings.upload_quota * 1e9))
