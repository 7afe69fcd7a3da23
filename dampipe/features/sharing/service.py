"""The use cases of those who share: links to an asset or a collection."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, literal, select

from dampipe.features.access.secrets import digest, hash_password, random_secret
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.collections.finding import find as find_collection
from dampipe.features.collections.rights import require_right
from dampipe.features.sharing.errors import (
    CHANGED_MEANWHILE,
    MORE_THAN_OWN,
    NEEDS_USER,
    NOT_YOURS,
    ONE_TARGET,
    REVOKED_ALREADY,
    UNKNOWN_MOVE,
    UNKNOWN_SHARE,
)
from dampipe.features.sharing.model import (
    ADDRESS,
    SCOPES,
    SHARED_FROM,
    Allow,
    ShareChange,
    ShareCreated,
    ShareReport,
    ShareRequest,
    allows_of,
    joined,
)
from dampipe.features.sharing.queries import Link, ShareRepository
from dampipe.features.sharing.scopes import SHARE
from dampipe.features.sources.tables import LOCATION
from dampipe.features.workflow.definition import Definition
from dampipe.features.workflow.queries import WorkflowRepository
from dampipe.features.workflow.scopes import MOVE
from dampipe.kernel.access import MANAGE, Actor, ActorKind, Role, require
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.visibility import View, Visibility


class ShareService:
    """The links of a library. A user manages their own, a manager all. Any method may raise CatalogueDown.

    A link that the actor may not manage does not exist for it: NotFound.
    """

    def __init__(
        self,
        database: Database,
        shares: ShareRepository,
        assets: AssetService,
        workflow: WorkflowRepository,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._shares = shares
        self._assets = assets
        self._workflow = workflow
        self._visibility = visibility

    def create(self, actor: Actor, request: ShareRequest) -> ShareCreated:
        """Create a link; its token is in this answer and nowhere else.

        Raises InvalidInput for what it cannot lead to or allow, NotFound for an asset that is not visible, and Forbidden
        for what the actor may not share.
        """
        require(actor, SHARE)
        is_local = actor.kind is ActorKind.LOCAL
        if actor.user is None and not is_local:
            raise Forbidden(NEEDS_USER, actor=str(actor))
        if (request.asset is None) == (request.collection is None):
            raise InvalidInput(ONE_TARGET)
        self._check_allowed(actor, request.allow, request.moves)
        target, name = self._target(actor, request)
        values = {
            **target,
            "message": request.message.strip(),
            "name": (request.name.strip() or name)[:200],
            "creator_id": actor.user,
            "opens_all": is_local,
            "allows": joined(request.allow),
            "moves": joined(request.moves),
            "max_opens": request.max_opens,
        }
        token = random_secret()
        hashed = None if request.password is None else hash_password(request.password)
        number = self._shares.add(actor, values, digest(token), hashed, request.days)
        return self._created(actor, number, token)

    def _target(self, actor: Actor, request: ShareRequest) -> tuple[dict[str, int | None], str]:
        """What a link leads to, by column, and what that is called."""
        if request.collection is not None:
            with self._db.read() as connection:
                held = find_collection(connection, actor, request.collection)
            require_right(actor, held, SHARED_FROM)
            return {"asset_id": None, "collection_id": held.row.id}, held.row.name
        assert request.asset is not None
        asset = self._assets.asset_id(actor, request.asset)
        view = self._visibility.of(actor)
        name = self._assets.show(actor, request.asset).video.name
        if not self._lies_in_folder(view, asset):
            raise Forbidden(NOT_YOURS, name=name)
        return {"asset_id": asset, "collection_id": None}, name

    def _lies_in_folder(self, view: View, asset: int) -> bool:
        """Whether the actor sees a place of an asset: what others have shared with them is not theirs to share."""
        if view.is_all:
            return True
        files = LOCATION.join(VERSION, VERSION.c.id.in_([LOCATION.c.version_id, LOCATION.c.previous_id]))
        query = select(literal(1)).select_from(files).where(VERSION.c.asset_id == asset)
        with self._db.read() as connection:
            return (
                connection.execute(query.where(view.shows_folder(LOCATION.c.folder_id)).limit(1)).first()
                is not None
            )

    def _check_allowed(self, actor: Actor, allow: Sequence[Allow], moves: Sequence[str]) -> None:
        """Raise InvalidInput for what the actor may not do."""
        for one in allow:
            if not actor.may(SCOPES[one]):
                raise InvalidInput(MORE_THAN_OWN, allow=str(one))
        if moves:
            if not actor.may(MOVE):
                raise InvalidInput(MORE_THAN_OWN, allow=MOVE.name)
            possible = moves_of_role(self._workflow.active().definition, actor.role)
            for key in moves:
                if key not in possible:
                    listed = ", ".join(possible) or "none"
                    raise InvalidInput(UNKNOWN_MOVE, transition=key[:50], transitions=listed)

    def links(
        self,
        actor: Actor,
        *,
        everybody: bool = False,
        asset: str | None = None,
        collection: int | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[ShareReport]:
        """One's own links, newest first; those of all users need the scope `manage`. before: with a lower number.

        asset, collection: only links to it. Raises NotFound for an asset that is not visible.
        """
        require(actor, MANAGE if everybody else SHARE)
        is_local = actor.kind is ActorKind.LOCAL
        if not everybody and actor.user is None and not is_local:
            return []
        own = None if everybody or is_local else actor.user
        target = None if asset is None else self._assets.asset_id(actor, asset)
        return self._reports(actor, self._shares.links(own, limit, before, target, collection))

    def show(self, actor: Actor, number: int) -> ShareReport:
        """One link. Raises NotFound."""
        require(actor, SHARE)
        return self._reports(actor, [self._own(actor, number)])[0]

    def change(self, actor: Actor, number: int, change: ShareChange) -> ShareReport:
        """Change a link; it takes effect with the next request of a guest. Can be undone, but for the password.

        Raises NotFound, InvalidInput as `create` does, and Conflict for one that is revoked or was changed meanwhile.
        """
        require(actor, SHARE)
        self._own(actor, number)
        given = change.given()
        # What it allows already, a user may have allowed who may do more.
        link = self._own(actor, number)
        more = [one for one in given.get("allow", ()) if one not in allows_of(link.row.allows)]
        self._check_allowed(
            actor, more, [one for one in given.get("moves", ()) if one not in link.row.moves.split()]
        )
        hashed = None
        if "password" in given:
            password = given["password"]
            hashed = (None if password is None else hash_password(password),)
        with self._db.write() as connection:
            row = self._shares.lock(connection, number)
            if row.revoked_at is not None:
                raise Conflict(REVOKED_ALREADY, share=number)
            values = _columns(given, database_time(connection))
            if change.if_version not in (None, row.version):
                raise _conflict(row, given, values)
            if values or hashed is not None:
                summary = f"change the share link {row.name}"
                self._shares.change(connection, actor, row, values, password=hashed, summary=summary)
        return self.show(actor, number)

    def revoke(self, actor: Actor, number: int) -> ShareReport:
        """Close a link: from now on it shows nothing. One that is revoked stays so. Can be undone. Raises NotFound."""
        require(actor, SHARE)
        self._own(actor, number)
        with self._db.write() as connection:
            row = self._shares.lock(connection, number)
            if row.revoked_at is None:
                values = {"revoked_at": database_time(connection)}
                summary = f"revoke the share link {row.name}"
                self._shares.change(connection, actor, row, values, summary=summary, revokes=True)
        return self.show(actor, number)

    def renew(self, actor: Actor, number: int) -> ShareCreated:
        """Give a link another token: the old one is void, and guests have to open the new one. Cannot be undone.

        Raises NotFound, and Conflict for one that is revoked.
        """
        require(actor, SHARE)
        if self._own(actor, number).row.revoked_at is not None:
            raise Conflict(REVOKED_ALREADY, share=number)
        token = random_secret()
        self._shares.renew(actor, number, digest(token))
        return self._created(actor, number, token)

    def _own(self, actor: Actor, number: int) -> Link:
        """A link that the actor may manage. Raises NotFound."""
        found = self._shares.find(number)
        is_own = found is not None and actor.user is not None and found.row.creator_id == actor.user
        if found is None or not (is_own or actor.may(MANAGE)):
            raise NotFound(UNKNOWN_SHARE, share=number)
        return found

    def _created(self, actor: Actor, number: int, token: str) -> ShareCreated:
        report = self.show(actor, number)
        return ShareCreated(**report.model_dump(), token=token, address=f"{ADDRESS}{token}")

    def _reports(self, actor: Actor, links: Sequence[Link]) -> list[ShareReport]:
        guests = self._shares.guests([link.id for link in links]) if links else {}
        return [self._report(actor, link, guests.get(link.id, 0)) for link in links]

    def _report(self, actor: Actor, link: Link, guests: int) -> ShareReport:
        row = link.row
        asset = None
        if row.asset_id is not None:
            with suppress(NotFound):
                asset = self._assets.current_sha1(actor, row.asset_id)
        return ShareReport(
            id=row.id,
            name=row.name,
            message=row.message,
            asset=asset,
            collection=row.collection_id,
            allow=allows_of(row.allows),
            moves=tuple(row.moves.split()),
            password=row.password_hash is not None,
            state=link.state,
            expires_at=row.expires_at,
            max_opens=row.max_opens,
            opened=row.opened,
            opened_at=row.opened_at,
            guests=guests,
            revoked_at=row.revoked_at,
            created_at=row.created_at,
            created_by=row.created_by,
            version=row.version,
        )


def moves_of_role(definition: Definition, role: Role) -> dict[str, str]:
    """The transitions that a role may make, and that are not for certain users: their names by their keys."""
    return {
        one.key: one.title
        for one in definition.transitions
        if one.role <= role and not one.users and not one.assignee
    }


def _columns(given: Mapping[str, Any], now: float) -> dict[str, Any]:
    """What is given of a change, as the row has it."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = given["name"].strip() or given["name"]
    if "message" in given:
        values["message"] = given["message"].strip()
    if "allow" in given:
        values["allows"] = joined(given["allow"])
    if "moves" in given:
        values["moves"] = joined(given["moves"])
    if "max_opens" in given:
        values["max_opens"] = given["max_opens"]
    if "days" in given:
        values["expires_at"] = None if given["days"] is None else now + given["days"] * 86400
    return values


def _conflict(row: Row[Any], given: Mapping[str, Any], values: Mapping[str, Any]) -> Conflict:
    """Names the first field that differs, or the first one that is given. A password is not quoted."""
    field = next((one for one in values if getattr(row, one) != values[one]), next(iter(given), "version"))
    yours = values.get(field, "" if field == "password" else given.get(field))
    theirs = getattr(row, field, "")
    return Conflict(
        CHANGED_MEANWHILE, field=field, yours=yours, theirs=theirs, version=row.version, share=row.id
    )
