"""The check of releases by licences."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from dampipe.features.assets.names import names_of
from dampipe.features.rights import errors
from dampipe.features.rights.queries import licences_of, near_licensed, read_policy
from dampipe.features.rights.rules import Rules
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId
from dampipe.kernel.release import Objection, Use
from dampipe.kernel.visibility import View

MOST_NEAR = 5
"""Near duplicates that are named for an asset."""


def check_release(
    connection: Connection, database: Database, view: View, assets: Sequence[int], use: Use
) -> Mapping[AssetId, Sequence[Objection]]:
    """What licences object to a use of assets; see `dampipe.kernel.release.ReleaseCheck`.

    Versions and derivatives have the licences of their asset. Near duplicates do not inherit them: that both show the
    same is what a computer found, so it is a warning.
    """
    rules = Rules.of(read_policy(connection))
    use = rules.use(use)
    near = near_licensed(connection, database, view, assets)
    others = {other for found in near.values() for other in found}
    licences = licences_of(connection, database, sorted({*assets, *others}))
    names = names_of(connection, database, view, {*assets, *others})

    def decide(asset: int) -> list[Objection]:
        return rules.decide(names.get(asset, str(asset)), licences.get(AssetId(asset), []), use)

    decided = {other: decide(other) for other in others}
    found = {}
    for asset in map(AssetId, assets):
        against = decide(asset)
        mine = {one.id for one in licences.get(asset, [])}
        for other in sorted(near.get(asset, ()))[:MOST_NEAR]:
            problems = [one for one in decided[other] if not one.is_note]
            is_attached = {one.id for one in licences.get(other, [])} <= mine
            if problems and not is_attached:
                known = {"name": names.get(asset, ""), "other": names.get(other, "")}
                against.append(
                    Objection(
                        errors.NEAR_DUPLICATE, {**known, "reason": problems[0].text}, False, is_note=True
                    )
                )
        if against:
            found[asset] = against
    return found
