"""A library with users and assets, whose workflow is asked directly."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from sqlalchemy import Connection, update

from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.service import AccessService
from dampipe.features.assets.tables import VERSION
from dampipe.features.workflow.model import AssetWorkflow, MoveReport, MoveRequest
from dampipe.features.workflow.moves import Moves
from dampipe.features.workflow.service import WorkflowService
from dampipe.features.workflow.tables import ITEM
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.guards import EffectRegistry, Guard, GuardRegistry, Parameters, Refusal, hold
from tests.support.searching import Searching, sha1

FILES = ("day/a.mp4", "day/b.mp4", "night/c.mp4", "night/d.mp4")
NOT_NAMED = ErrorCode("test.not_named", "its name does not begin with {prefix}", "Rename it.")


class NamedParameters(Parameters):
    """What the name begins with."""

    prefix: str = Field(min_length=1)


def _named(
    connection: Connection, database: Database, assets: AssetSet, parameters: NamedParameters
) -> Sequence[Refusal]:
    """A guard as a plug-in has it: reads rows that others may change."""
    from sqlalchemy import select

    query = select(VERSION.c.asset_id, VERSION.c.name).where(in_ids(database, VERSION.c.asset_id, assets))
    rows = connection.execute(hold(connection, query, VERSION)).all()
    wrong = AssetSet(row.asset_id for row in rows if not row.name.startswith(parameters.prefix))
    return [Refusal(wrong, NOT_NAMED, {"prefix": parameters.prefix})]


NAMED = Guard("named", "The name begins with something.", _named, NamedParameters)


class Flowing:
    """The library; `searching` has its services."""

    def __init__(self, url: str, folder: Path) -> None:
        self.searching = Searching(url, folder)
        self.database = self.searching.catalog.database
        services = self.searching.services
        self.guards = GuardRegistry([*GuardRegistry().values(), NAMED])
        services.provide(GuardRegistry, lambda: self.guards)
        services.provide(EffectRegistry, EffectRegistry)
        self.workflow = services.get(WorkflowService)
        self.moves = services.get(Moves)

    def service(self, kind: Any) -> Any:
        return self.searching.services.get(kind)

    def add(self, *paths: str) -> None:
        for path in paths:
            self.searching.add(path)

    def user(self, name: str, role: Role, *sees: str) -> Actor:
        """A user, who sees folders of the footage, or everything."""
        places = tuple(str(self.searching.root / one) for one in sees) if sees else None
        self.service(AccessService).add_user(LOCAL, UserRequest(name=name, role=role, sees=places))
        found = self.service(AccessRepository).user(name)
        return Actor(ActorKind.USER, name, found.role, user=found.id)

    def apply(self, toml: str, **mapping: str) -> None:
        self.workflow.apply(LOCAL, toml, mapping)

    def move(self, actor: Actor, transition: str, *paths: str, **more: Any) -> MoveReport:
        return self.workflow.move(
            actor, MoveRequest(transition=transition, assets=tuple(map(sha1, paths)), **more)
        )

    def state(self, path: str, actor: Actor = LOCAL) -> str:
        return self.show(path, actor).state

    def show(self, path: str, actor: Actor = LOCAL) -> AssetWorkflow:
        return self.workflow.show(actor, sha1(path))

    def asset(self, path: str) -> int:
        from dampipe.features.assets.service import AssetService

        return int(self.service(AssetService).asset_id(LOCAL, sha1(path)))

    def rename(self, path: str, name: str) -> None:
        with self.database.write() as connection:
            connection.execute(update(VERSION).where(VERSION.c.sha1 == sha1(path)).values(name=name))

    def rows(self) -> int:
        with self.database.read() as connection:
            return len(connection.execute(ITEM.select()).all())

    def close(self) -> None:
        self.searching.close()


@pytest.fixture
def flow(catalogue_url: str, tmp_path: Path) -> Iterator[Flowing]:
    """Over both databases."""
    made = Flowing(catalogue_url, tmp_path)
    made.add(*FILES)
    yield made
    made.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Flowing]:
    """Over SQLite, for what is not about the database."""
    made = Flowing(f"sqlite:///{tmp_path / 'c.sqlite'}", tmp_path)
    made.add(*FILES)
    yield made
    made.close()


Make = Callable[..., Flowing]
