"""The filter fields of rights."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, not_, or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.rights.errors import LICENCE_UNKNOWN
from dampipe.features.rights.model import NO_LICENCE, LicenceState
from dampipe.features.rights.queries import LicenceRepository, holders, licence_is, subjects
from dampipe.features.rights.tables import LICENCE, LICENSED_ASSET
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterContext, FilterField, Restriction

MOST_SUGGESTED = 1000


def _in_state(context: FilterContext, states: Sequence[str]) -> Restriction:
    """Assets in any of the states: the same rule as `state_of_asset`, in SQL."""
    with context.database.read() as connection:
        known = subjects(connection)
    return Restriction(where=or_(*(_is(state, known) for state in states)))


def _is(state: str, known: Sequence[str]) -> ColumnElement[bool]:
    """Whether an asset is in a state. known: all subjects."""
    asset = VERSION.c.asset_id
    is_licensed = asset.in_(select(LICENSED_ASSET.c.asset_id))
    if state == NO_LICENCE:
        return not_(is_licensed)
    is_held_back = asset.in_(holders(LICENCE.c.embargo_at > NOW))
    order = (LicenceState.ACTIVE, LicenceState.EXPIRING, LicenceState.EMBARGOED, LicenceState.EXPIRED)
    place = order.index(LicenceState(state))

    def is_at_most(last: int) -> ColumnElement[bool]:
        """Whether each subject of the asset has a licence in a state up to that place."""
        good = or_(*(licence_is(order[number]) for number in range(last + 1)))
        each = (
            or_(
                asset.not_in(holders(LICENCE.c.subject == subject)),
                asset.in_(holders(LICENCE.c.subject == subject, good)),
            )
            for subject in known
        )
        return and_(is_licensed, *each)

    is_exactly = is_at_most(place)
    if place:
        is_exactly = and_(is_exactly, not_(is_at_most(place - 1)))
    if state == LicenceState.EMBARGOED:
        return or_(is_held_back, is_exactly)
    return and_(not_(is_held_back), is_exactly)


def _has_licence(context: FilterContext, names: Sequence[str]) -> Restriction:
    """Assets with any of the licences."""
    repository = LicenceRepository(context.database)
    ids = []
    with context.database.read() as connection:
        for name in names:
            licence = repository.find(connection, name, context.view)
            if licence is None:
                raise NotFound(LICENCE_UNKNOWN, name=name)
            ids.append(licence.id)
    having = select(LICENSED_ASSET.c.asset_id).where(LICENSED_ASSET.c.licence_id.in_(ids))
    return Restriction(where=VERSION.c.asset_id.in_(having))


def _names(context: FilterContext) -> list[str]:
    found = LicenceRepository(context.database).listed(context.view, 0.0, None, "", MOST_SUGGESTED)
    return [licence.name for licence, _ in found]


FIELDS = (
    FilterField(
        "rights",
        "Rights",
        "Only what has licences in this state; none: without a licence.",
        restrict=_in_state,
        parse=str,
        choices=(*(str(state) for state in LicenceState), NO_LICENCE),
    ),
    FilterField(
        "licence",
        "Licence",
        "Only what has this licence.",
        restrict=_has_licence,
        parse=str,
        metavar="NAME",
        example="agency-2026",
        suggest=_names,
    ),
)
