"""How the objects that move files are made."""

from dampipe.features.tiers import plans
from dampipe.features.tiers.apply import PlanMoves
from dampipe.features.tiers.bandwidth import Bandwidth
from dampipe.features.tiers.beside import Sidecars
from dampipe.features.tiers.copying import Copier
from dampipe.features.tiers.deleting import Deleter
from dampipe.features.tiers.mounted import Mounted
from dampipe.features.tiers.policy import Limits, parse_policy
from dampipe.features.tiers.reclassing import Reclasser
from dampipe.features.tiers.sweep import TierSweep
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.container import Services
from dampipe.kernel.db.database import Database
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.stores import FileStores


def limits_in_force(database: Database) -> Limits:
    """The limits of the policy that is in force."""
    with database.read() as connection:
        row = plans.find_policy(connection)
    return Limits() if row is None else parse_policy(row.text).limits


def bandwidth(services: Services) -> Bandwidth:
    """The limit that all workers of this machine share."""
    database = services.get(Database)
    file = services.get(Settings).home / "cache" / "bandwidth"
    return Bandwidth(lambda: limits_in_force(database), file)


def copier(services: Services) -> Copier:
    """What copies files."""
    return Copier(services.get(FileStores).of, services.get(Mounted))


def sidecars(services: Services) -> Sidecars:
    """What copies sidecars beside copies."""
    return Sidecars(services.get(Database), services.get(FileStores).of)


def reclasser(services: Services) -> Reclasser:
    """What moves files to other storage classes."""
    return Reclasser(services.get(Database), services.get(FileStores).of)


def deleter(services: Services) -> Deleter:
    """What deletes files."""
    return Deleter(services.get(Database), services.get(FileStores).of, services.get(Mounted))


def plan_moves(services: Services) -> PlanMoves:
    """What has plans done; a broker is needed only to begin at once."""
    return PlanMoves(
        services.get(Database),
        services.get(TierSweep),
        lambda: services.get(TaskTransport),
        services.get(Visibility),
    )
