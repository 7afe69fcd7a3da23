"""The use cases of rights: licences, what has them, the policy, and whether something may be used."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection
from tzlocal import get_localzone_name

from dampipe.features.assets.names import names_of
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.features.rights.checks import check_release
from dampipe.features.rights.errors import (
    LICENCE_INVALID,
    LICENCE_TAKEN,
    LICENCE_UNKNOWN,
    POLICY_INVALID,
)
from dampipe.features.rights.events import LicenceAdded
from dampipe.features.rights.model import (
    NO_LICENCE,
    PURPOSES,
    Attached,
    Licence,
    LicenceState,
    LicenceTerms,
    NewLicence,
    Policy,
    state_of_asset,
)
from dampipe.features.rights.queries import (
    LicenceRepository,
    NewTerms,
    hold_for_writing,
    licences_of,
    read_policy,
)
from dampipe.features.rights.reports import Explanation, LicenceReport, ObjectionReport, UseQuestion
from dampipe.features.rights.rules import Rules
from dampipe.features.rights.scopes import RIGHTS
from dampipe.features.rights.times import beginning, end, zone_of
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.ids import AssetId
from dampipe.kernel.release import Objection, Use
from dampipe.kernel.visibility import View, Visibility

MOMENT = 0.001
"""Seconds before the end of a day that are still of the day."""


class RightsService:
    """The rights of a library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        licences: LicenceRepository,
        assets: AssetService,
        selection: AssetSelection,
        versions: AssetRepository,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._licences = licences
        self._assets = assets
        self._selection = selection
        self._versions = versions
        self._visibility = visibility

    # Licences

    def add(self, actor: Actor, new: NewLicence) -> LicenceReport:
        """Add a licence. Raises InvalidInput for unknown terms, days and zones, Conflict for a name that is taken.

        Only for those who see the whole library.
        """
        require(actor, RIGHTS)
        self._visibility.of(actor).require_all(actor)
        given = LicenceTerms(**new.model_dump(exclude={"name"}))
        with self._db.write() as connection:
            hold_for_writing(connection, self._db)
            terms = _checked(given, read_policy(connection))
            if not self._licences.add(connection, new.name, terms):
                raise Conflict(LICENCE_TAKEN, name=new.name)
            record_event(connection, LicenceAdded(licence=new.name), actor=actor)
        return self.show(actor, new.name)

    def edit(self, actor: Actor, name: str, changes: Mapping[str, Any]) -> LicenceReport:
        """Change some fields of a licence; changes: fields of LicenceTerms. Raises as `add`, and NotFound."""
        require(actor, RIGHTS)
        view = self._visibility.of(actor)
        view.require_all(actor)
        with self._db.write() as connection:
            hold_for_writing(connection, self._db)
            licence = self._find(connection, name, view, lock=True)
            known = {**licence.given.model_dump(), "zone": licence.zone}
            if "notice_days" not in changes:
                known["notice_days"] = licence.notice_days
            try:
                given = LicenceTerms(**{**known, **changes})
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(map(str, first["loc"]))
                raise InvalidInput(LICENCE_INVALID, field=field, reason=first["msg"]) from None
            self._licences.change(connection, licence, _checked(given, read_policy(connection)), actor)
        return self.show(actor, name)

    def remove(self, actor: Actor, name: str) -> int:
        """Remove a licence, also from its assets, which stay; returns how many had it. Raises NotFound."""
        require(actor, RIGHTS)
        view = self._visibility.of(actor)
        view.require_all(actor)
        with self._db.write() as connection:
            hold_for_writing(connection, self._db)
            return self._licences.remove(connection, self._find(connection, name, view, lock=True), actor)

    def all(
        self, actor: Actor, state: LicenceState | None = None, after: str = "", limit: int = 100
    ) -> list[LicenceReport]:
        """Licences by name, with the number of visible assets that have each.

        state: only those in it. after: the name of the last one of the previous page.
        """
        require(actor, READ)
        now = self._now()
        rows = self._licences.listed(self._visibility.of(actor), now, state, after, limit)
        is_whole = actor.may(RIGHTS)
        return [LicenceReport.of(one, now, is_whole=is_whole, assets=count) for one, count in rows]

    def show(self, actor: Actor, name: str) -> LicenceReport:
        """One licence. Raises NotFound."""
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            licence = self._find(connection, name, view)
            now = database_time(connection)
        count = self._licences.count(licence.id, view)
        return LicenceReport.of(licence, now, is_whole=actor.may(RIGHTS), assets=count)

    def attach(self, actor: Actor, name: str, selected: Selected) -> Attached:
        """Give assets a licence. Raises NotFound, and InvalidInput for a selection that is not valid."""
        require(actor, RIGHTS)
        ids = list(self._selection.of(actor, selected))
        with self._db.write() as connection:
            hold_for_writing(connection, self._db, ids)
            licence = self._find(connection, name, self._visibility.of(actor), lock=True)
            return self._licences.attach(connection, licence, ids, actor)

    def detach(self, actor: Actor, name: str, selected: Selected, attached_at: float | None = None) -> int:
        """Take a licence from assets; returns how many had it. Raises as `attach`.

        attached_at: only from those to which the actor attached it at this time, which undoes that.
        """
        require(actor, RIGHTS)
        chosen = self._selection.of(actor, selected)
        if attached_at is not None:  # so that no other asset is locked
            chosen &= self._licences.attached(name, actor, attached_at)
        ids = list(chosen)
        with self._db.write() as connection:
            hold_for_writing(connection, self._db, ids)
            licence = self._find(connection, name, self._visibility.of(actor), lock=True)
            return self._licences.detach(connection, licence, ids, actor, attached_at)

    def _find(self, connection: Connection, name: str, view: View, *, lock: bool = False) -> Licence:
        licence = self._licences.find(connection, name, view, lock=lock)
        if licence is None:
            raise NotFound(LICENCE_UNKNOWN, name=name)
        return licence

    def _now(self) -> float:
        with self._db.read() as connection:
            return database_time(connection)

    # Policy

    def policy(self, actor: Actor) -> Policy:
        """The policy of the library."""
        require(actor, READ)
        return self._licences.policy()

    def set_policy(self, actor: Actor, policy: Policy) -> Policy:
        """Replace the policy. Raises InvalidInput for terms, groups and zones that are not valid."""
        require(actor, RIGHTS)
        self._visibility.of(actor).require_all(actor)
        rules = Rules.of(policy)
        if policy.zone:
            zone_of(policy.zone)
        if policy.notice_days is None:
            raise InvalidInput(POLICY_INVALID, reason="notice_days is missing")
        rules.use(Use("", policy.territory, policy.medium))
        self._licences.set_policy(policy, actor)
        return policy

    # Uses

    def explain(self, actor: Actor, name: str, question: UseQuestion) -> Explanation:
        """Whether an asset may be used in a way, and why. Raises NotFound, and InvalidInput for unknown terms."""
        require(actor, READ)
        version = self._assets.version_id(actor, name)
        asset = self._versions.asset_of(version)
        sha1 = self._versions.refs([version])[version].sha1
        found = self.objections(actor, [asset], question)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            policy = read_policy(connection)
            use, moments = _use(question, policy, database_time(connection))
            licences = licences_of(connection, self._db, [asset]).get(asset, [])
            named = names_of(connection, self._db, view, [asset])
            now = database_time(connection)
        against = found.get(asset, [])
        return Explanation(
            asset=sha1,
            name=named.get(asset, sha1[:12]),
            purpose=use.purpose,
            territory=use.territory,
            medium=use.medium,
            on=question.on or datetime.fromtimestamp(moments[0], UTC).isoformat(timespec="seconds"),
            allowed=not any(one.refuses for one in against),
            state=state_of_asset(licences, now) or NO_LICENCE,
            licences=tuple(LicenceReport.of(one, now, is_whole=actor.may(RIGHTS)) for one in licences),
            objections=tuple(map(ObjectionReport.of, against)),
        )

    def objections(
        self, actor: Actor, assets: Iterable[int], question: UseQuestion
    ) -> dict[AssetId, list[Objection]]:
        """What licences object to a use of assets, by asset; of a day, at its beginning or its end."""
        require(actor, READ)
        view = self._visibility.of(actor)
        numbers = sorted(set(assets))
        found: dict[AssetId, list[Objection]] = {}
        with self._db.read() as connection:
            policy = read_policy(connection)
            use, moments = _use(question, policy, database_time(connection))
            for at in moments:
                asked = Use(use.purpose, use.territory, use.medium, at)
                checked = check_release(connection, self._db, view, numbers, asked)
                for asset, against in checked.items():
                    known = found.setdefault(asset, [])
                    known += [one for one in against if one not in known]
        return found


def _use(question: UseQuestion, policy: Policy, now: float) -> tuple[Use, list[float]]:
    """The use in question with checked terms, and the moments at which it must be licensed."""
    if question.purpose and question.purpose not in PURPOSES:
        raise InvalidInput(
            LICENCE_INVALID,
            field=f"the purpose {question.purpose!r}",
            reason=f"it is not one of {', '.join(PURPOSES)}",
        )
    moments = [now]
    if question.on.strip():
        zone = policy.zone or get_localzone_name()
        first = beginning(question.on, zone)
        moments = [first.at]
        if len(first.text) == 10:
            moments.append(end(question.on, zone).at - MOMENT)
    use = Use(question.purpose, question.territory.strip(), question.medium.strip(), moments[0])
    return Rules.of(policy).use(use), moments


def _checked(given: LicenceTerms, policy: Policy) -> NewTerms:
    """Terms as they are stored: known terms, days in a zone. Raises InvalidInput."""
    territories, media = policy.known_territories(), policy.known_media()

    def places(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(territories.term, texts)))

    def ways(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(media.term, texts)))

    zone = given.zone or policy.zone or get_localzone_name()
    zone_of(zone)
    starts = beginning(given.starts, zone) if given.starts.strip() else None
    embargo = beginning(given.embargo, zone) if given.embargo.strip() else None
    expires = end(given.expires, zone) if given.expires.strip() else None
    if starts is not None and expires is not None and expires.at <= starts.at:
        raise InvalidInput(LICENCE_INVALID, field="expires", reason="it is before the licence starts")
    notice_days = given.notice_days if given.notice_days is not None else (policy.notice_days or ())
    kept = given.model_copy(
        update={
            "territories": places(given.territories),
            "excluded_territories": places(given.excluded_territories),
            "media": ways(given.media),
            "excluded_media": ways(given.excluded_media),
            "starts": starts.text if starts else "",
            "embargo": embargo.text if embargo else "",
            "expires": expires.text if expires else "",
            "zone": zone,
            "notice_days": notice_days,
        }
    )
    return NewTerms(kept, zone, starts, embargo, expires, notice_days)
