"""How the objects of this feature are made that depend on settings."""

from dampipe.features.derivatives.remake import Remaker
from dampipe.features.derivatives.sign_items import SignItems
from dampipe.jobs.plan import Plan
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.settings.settings import Settings


def remaker(services: Services) -> Remaker:
    """What makes derivatives again."""
    one_pass = services.get(Settings).one_pass
    return Remaker(services.get(Database), lambda: services.get(Plan), one_pass, services.get(SignItems))
