"""The one way out: everything that leaves dampipe for use elsewhere is opened by `ReleaseService.release`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from dampipe.features.originals.errors import NOT_RELEASED
from dampipe.features.originals.events import ReleaseOverridden, ShareDownloaded
from dampipe.features.originals.queries import OriginalRepository
from dampipe.features.originals.scopes import OVERRIDE, PROXIES
from dampipe.kernel.access import READ, Actor, ActorKind, Scope, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotLicensed
from dampipe.kernel.events.outbox import NewEvent
from dampipe.kernel.ids import AssetId
from dampipe.kernel.release import Objection, ReleaseRequest, Use, objections
from dampipe.kernel.visibility import Visibility

MOST_LISTED = 20
"""Objections in an error."""

Opened = TypeVar("Opened", covariant=True)


class Outgoing(Protocol[Opened]):
    """What is to leave: an original, a derivative, a timeline."""

    @property
    def purpose(self) -> str:
        """`download` or `export` (`dampipe/kernel/release.py`)."""
        ...

    @property
    def scope(self) -> Scope:
        """What the actor needs for it, whatever the checks say."""
        ...

    @property
    def assets(self) -> Sequence[int]:
        """The assets that are in it."""
        ...

    @property
    def window(self) -> tuple[int, str] | None:
        """The version and the name under which it is one audit event an hour; None: each release is one."""
        ...

    @property
    def is_divisible(self) -> bool:
        """Whether it may leave without the assets that are refused."""
        ...

    def event(self) -> NewEvent:
        """The audit event of its release."""
        ...

    def open(self, cleared: AssetSet) -> Opened:
        """Open it, with these assets only. Called by `ReleaseService.release`, and by nothing else."""
        ...


@dataclass(frozen=True)
class Clearance:
    """What the checks say of a release."""

    cleared: AssetSet
    """The assets that may leave."""
    refused: Mapping[AssetId, Sequence[Objection]]
    """Those that are refused, be it that a reason lets them leave."""
    warnings: tuple[str, ...]
    """One line each."""


@dataclass(frozen=True)
class Released(Generic[Opened]):
    """What was opened for its way out."""

    opened: Opened
    clearance: Clearance


class ReleaseService:
    """Releases, with their checks. Any method may raise CatalogueDown, and InvalidInput for unknown terms."""

    def __init__(self, database: Database, visibility: Visibility, originals: OriginalRepository) -> None:
        self._db = database
        self._visibility = visibility
        self._originals = originals

    def explain(
        self, actor: Actor, assets: Sequence[int], use: Use | None = None
    ) -> dict[AssetId, list[Objection]]:
        """What is objected to a use of visible assets, by asset, without a release. use: default: a download now."""
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            use = use or Use("download", at=database_time(connection))
            return objections(connection, self._db, view, assets, use)

    def clear(self, actor: Actor, item: Outgoing[Opened], request: ReleaseRequest) -> Clearance:
        """Whether something may leave; records nothing.

        Raises NotLicensed where a check refuses it (all of it, if it is divisible) and no reason is given, and
        Forbidden where one is given by an actor without the scope for it.
        """
        require(actor, _needed(actor, item))
        if request.reason.strip():
            require(actor, OVERRIDE)
        with self._db.read() as connection:
            use = Use(item.purpose, request.territory, request.medium, database_time(connection))
            found = objections(connection, self._db, self._visibility.of(actor), item.assets, use)
        refused = {
            asset: [one for one in against if one.refuses]
            for asset, against in found.items()
            if any(one.refuses for one in against)
        }
        warnings = tuple(
            one.text for asset, against in found.items() for one in against if asset not in refused
        )
        assets = AssetSet(item.assets)
        if not refused or request.reason.strip():
            return Clearance(assets, refused, warnings)
        cleared = assets - AssetSet(refused)
        if not item.is_divisible or not len(cleared):
            raise _not_licensed(refused)
        left_out = tuple(f"left out: {one.text}" for against in refused.values() for one in against[:1])
        return Clearance(cleared, refused, (*left_out, *warnings))

    def release(
        self, actor: Actor, item: Outgoing[Opened], request: ReleaseRequest | None = None
    ) -> Released[Opened]:
        """Open something for its way out, once it is recorded who is given what, for what. Raises as `clear`."""
        require(actor, _needed(actor, item))
        request = request or ReleaseRequest()
        clearance = self.clear(actor, item, request)
        overrides = []
        if reason := request.reason.strip():
            overrides = [
                NewEvent(
                    ReleaseOverridden(
                        purpose=item.purpose, reason=reason, objections=[one.code.code for one in against]
                    ),
                    asset=asset,
                )
                for asset, against in clearance.refused.items()
            ]
        events = [item.event()]
        if actor.link is not None:
            payload = ShareDownloaded(share=actor.link, guest=actor.name, what=events[0].payload.KIND.name)
            events.append(NewEvent(payload, asset=events[0].asset, sha1=events[0].sha1))
        self._originals.record_release(actor, item.window, events, overrides)
        return Released(item.open(clearance.cleared), clearance)


def _needed(actor: Actor, item: Outgoing[Opened]) -> Scope:
    """What an actor needs for something. A link shows derivatives, and may yet not allow to save them."""
    return PROXIES if actor.kind is ActorKind.LINK and item.scope == READ else item.scope


def _not_licensed(refused: Mapping[AssetId, Sequence[Objection]]) -> NotLicensed:
    against = [one for objected in refused.values() for one in objected]
    listed = [
        {"code": one.code.code, "detail": one.text, "hint": one.hint, "parameters": dict(one.parameters)}
        for one in against[:MOST_LISTED]
    ]
    return NotLicensed(NOT_RELEASED, reason=against[0].text, count=len(against), objections=listed)
