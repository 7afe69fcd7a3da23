"""The licences in the details of an asset."""

from dampipe.features.rights.model import NO_LICENCE, state_of_asset
from dampipe.features.rights.queries import licences_of
from dampipe.features.rights.reports import AssetRights, LicenceReport
from dampipe.features.rights.scopes import RIGHTS
from dampipe.kernel.access import Actor
from dampipe.kernel.container import Services
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.detail import DetailField
from dampipe.kernel.ids import AssetId


def _read(services: Services, actor: Actor, asset: int) -> AssetRights:
    database = services.get(Database)
    with database.read() as connection:
        now = database_time(connection)
        licences = licences_of(connection, database, [asset]).get(AssetId(asset), [])
    is_whole = actor.may(RIGHTS)
    return AssetRights(
        state=state_of_asset(licences, now) or NO_LICENCE,
        licences=tuple(LicenceReport.of(one, now, is_whole=is_whole) for one in licences),
    )


def _text(rights: AssetRights) -> str:
    if not rights.licences:
        return ""
    listed = ", ".join(
        f"{one.title} ({one.state}{f', until {one.expires} {one.zone}' if one.expires else ''})"
        for one in rights.licences
    )
    return f"{rights.state}: {listed}"


ASSET_RIGHTS = DetailField("rights", AssetRights, AssetRights(), "rights", _read, _text)
