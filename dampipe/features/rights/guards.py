"""The guard `rights` of workflows: assets pass whose licences allow a use now."""

from collections.abc import Sequence

from pydantic import Field
from sqlalchemy import Connection

from dampipe.features.rights.errors import UNLICENSED
from dampipe.features.rights.queries import hold_rights, licences_of, read_policy
from dampipe.features.rights.rules import Rules
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.guards import Guard, Parameters, Refusal, is_held
from dampipe.kernel.ids import AssetId
from dampipe.kernel.release import Objection, Use

ANY = "the asset"
"""What an asset is called in a reason that holds for several."""


class RightsParameters(Parameters):
    """The use that must be licensed."""

    territory: str = Field("", max_length=100, description="Where: DE, EU, worldwide; default: the policy's.")
    medium: str = Field("", max_length=100, description="How: online, broadcast; default: the policy's.")
    purpose: str = Field("", max_length=20, description="The way out: download, export, share or publish.")
    licensed: bool = Field(
        False, description="Whether assets without a licence do not pass, whatever the policy says."
    )


def _check(
    connection: Connection, database: Database, assets: AssetSet, parameters: RightsParameters
) -> Sequence[Refusal]:
    """The assets whose use is not licensed, by reason: also where the policy only warns of it.

    Near duplicates and other notes are for people, and keep no asset from moving.
    """
    if is_held(connection):
        hold_rights(connection, database)
    rules = Rules.of(read_policy(connection))
    now = database_time(connection)
    use = rules.use(Use(parameters.purpose, parameters.territory, parameters.medium, now))
    licences = licences_of(connection, database, list(assets))
    refused: dict[tuple[str, str], tuple[Objection, list[int]]] = {}
    for asset in assets:
        held = licences.get(AssetId(asset), [])
        against = [one for one in rules.decide(ANY, held, use) if not one.is_note]
        if not held and not against and parameters.licensed:
            against = [Objection(UNLICENSED, {"name": ANY})]
        for one in against:
            key = one.code.code, str(one.parameters.get("licence", ""))
            refused.setdefault(key, (one, []))[1].append(asset)
    return [Refusal(AssetSet(found), one.code, one.parameters) for one, found in refused.values()]


RIGHTS_IN_ORDER = Guard(
    "rights", "A licence allows the use, or none is needed.", _check, parameters=RightsParameters
)
