"""What all features say together."""

from dampipe.app.features import detail_fields
from dampipe.app.remedies import remedies
from dampipe.features.assets.service import DetailFields
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.retention import EventRetention
from dampipe.kernel.faces.remedies import Remedies
from dampipe.kernel.settings.settings import Settings


def all_details(services: Services) -> DetailFields:
    """What features add to the details of an asset."""
    return detail_fields()


def all_remedies(services: Services) -> Remedies:
    """What to do next about each error, in each face."""
    return remedies()


def event_registry(services: Services) -> EventRegistry:
    """The kinds of events."""
    return EventRegistry.of_features()


def event_retention(services: Services) -> EventRetention:
    """How long events are kept."""
    keep_days = services.get(Settings).events_keep_days
    return EventRetention(services.get(Database), services.get(EventRegistry), keep_days)
