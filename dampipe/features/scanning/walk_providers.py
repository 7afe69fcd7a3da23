"""How the objects that walk sources are made. A command that only submits a scan needs none of them."""

from dampipe.features.scanning.model import Guard
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.scanner import Scanner
from dampipe.features.scanning.sync import NightlyPolicy
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import Dispatcher
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.plan import Plan
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.settings.settings import Settings
from dampipe.media.filetypes import is_media
from dampipe.storage.files.stores import FileStores


def scanner(services: Services) -> Scanner:
    """What walks sources."""
    return Scanner(
        services.get(Database),
        services.get(ScanRepository),
        services.get(SourceRepository),
        services.get(Plan),
        services.get(Dispatcher),
        services.get(ScanPolicy),
        services.get(LeaseRenewer),
        services.get(Settings).lease,
        services.get(FileStores).of,
    )


def scan_policy(services: Services) -> ScanPolicy:
    """What a scan takes, and what it believes."""
    settings = services.get(Settings)
    return ScanPolicy(
        is_media=is_media,
        settle=settings.settle,
        guard=Guard(share=settings.guard_share, files=settings.guard_files),
        exclude=settings.exclude,
    )


def nightly_policy(services: Services) -> NightlyPolicy:
    """How much is verified in one night."""
    settings = services.get(Settings)
    return NightlyPolicy(settings.verify_percent, settings.verify_minutes)
