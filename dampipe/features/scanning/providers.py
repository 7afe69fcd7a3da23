"""How the objects of this feature are made that depend on settings."""

from pathlib import Path

from dampipe.features.scanning.model import Guard, ScanRoots
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
    )


def scan_roots(services: Services) -> ScanRoots:
    """The folders below which the HTTP API may scan."""
    return ScanRoots([Path(root) for root in services.get(Settings).scan_roots])


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
