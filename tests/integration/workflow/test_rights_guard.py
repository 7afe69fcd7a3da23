"""The guard `rights` in moves: what it has read does not change before the move is written."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection, update

from dampipe.features.assets.lineage import locked_facts
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.tables import ASSET
from dampipe.features.rights.merge import LICENCES
from dampipe.features.rights.model import NewLicence, Policy
from dampipe.features.rights.service import RightsService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict
from dampipe.kernel.ids import AssetId
from tests.integration.workflow.conftest import FILES, Flowing
from tests.support.searching import sha1

CHECKED = """
key = "checked"
states = [{ key = "draft" }, { key = "approved", final = true }]
[[transitions]]
key = "approve"
from = ["draft"]
to = "approved"
guards = [{ name = "rights", licensed = true }]
"""
MOVED, OTHER = FILES[:2]


@dataclass
class Licensed:
    """A library in which the first two files have the licence `good`, and no file has `expired`, of another subject."""

    flow: Flowing

    def __post_init__(self) -> None:
        self.rights: RightsService = self.flow.service(RightsService)
        self.flow.apply(CHECKED)
        self.rights.add(LOCAL, NewLicence(name="good", zone="UTC"))
        self.rights.add(LOCAL, NewLicence(name="expired", subject="music", zone="UTC", expires="2000-01-01"))
        self.rights.attach(
            LOCAL,
            "good",
            Selected(
                assets=(
                    sha1(MOVED),
                    sha1(OTHER),
                )
            ),
        )

    def set_policy(self) -> None:
        self.rights.set_policy(LOCAL, Policy(territory="DE", territories={"x": ("FR",)}))

    def edit(self) -> None:
        self.rights.edit(LOCAL, "good", {"expires": "2000-01-01"})

    def remove(self) -> None:
        self.rights.remove(LOCAL, "good")

    def attach(self) -> None:
        self.rights.attach(LOCAL, "expired", Selected(assets=(sha1(MOVED),)))

    def detach(self) -> None:
        self.rights.detach(LOCAL, "good", Selected(assets=(sha1(MOVED),)))

    def attach_to_replaced(self) -> None:
        self.rights.attach(LOCAL, "expired", Selected(assets=(sha1(FILES[2]),)))

    def merge_into_replaced(self) -> None:
        source, target = (AssetId(self.flow.asset(path)) for path in (FILES[3], FILES[2]))
        with self.flow.database.write() as connection:
            locked_facts(connection, [source, target])
            LICENCES.merge(connection, self.flow.database, source, target)


CHANGES: list[Callable[[Licensed], None]] = [
    Licensed.set_policy,
    Licensed.edit,
    Licensed.remove,
    Licensed.attach,
    Licensed.detach,
    Licensed.attach_to_replaced,
    Licensed.merge_into_replaced,
]


@pytest.fixture
def licensed(flow: Flowing) -> Iterator[Licensed]:
    made = Licensed(flow)
    made.rights.edit(LOCAL, "good", {"territories": ("DE", "AT")})
    with flow.database.write() as connection:
        for path in (MOVED, OTHER):
            provisional = update(ASSET).where(ASSET.c.id == flow.asset(path))
            connection.execute(provisional.values(replaces_id=flow.asset(FILES[2])))
    made.rights.attach(LOCAL, "expired", Selected(assets=(sha1(FILES[3]),)))
    yield made


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_who_changes_rights_waits_for_moves_that_depend_on_them(
    licensed: Licensed, change: Callable[[Licensed], None]
) -> None:
    flow = licensed.flow
    checked, changed = threading.Event(), threading.Event()
    too_early: list[bool] = []
    real = flow.guards["rights"].check

    def slow(connection: Connection, database: Database, assets: AssetSet, parameters: Any) -> Any:
        found = real(connection, database, assets, parameters)
        checked.set()
        too_early.append(changed.wait(0.5))
        assert real(connection, database, assets, parameters) == found
        return found

    flow.guards._by_name["rights"] = replace(flow.guards["rights"], check=slow)

    def other() -> None:
        assert checked.wait(60)
        change(licensed)
        changed.set()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(other)
        assert flow.workflow.move_one(LOCAL, sha1(MOVED), "approve").state == "approved"
        done.result(60)
    assert too_early == [False]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Licensed.edit, "rights.expired"),
        (Licensed.remove, "rights.unlicensed"),
        (Licensed.attach_to_replaced, "rights.expired"),
        (Licensed.merge_into_replaced, "rights.expired"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_move_after_the_change_is_refused(
    licensed: Licensed, change: Callable[[Licensed], None], code: str
) -> None:
    change(licensed)
    with pytest.raises(Conflict) as refused:
        licensed.flow.workflow.move_one(LOCAL, sha1(OTHER), "approve")
    assert refused.value.code == code


def test_a_preview_waits_for_none_and_keeps_none_waiting(licensed: Licensed) -> None:
    """Who looks at what is possible takes no lock, also while rights are written."""
    flow = licensed.flow
    if flow.database.is_sqlite:
        return  # its readers never wait
    from dampipe.features.rights.queries import hold_for_writing

    with flow.database.write() as connection:
        hold_for_writing(connection, flow.database)
        with ThreadPoolExecutor(1) as pool:
            shown = pool.submit(flow.show, MOVED).result(60)
    assert [one.possible for one in shown.moves] == [True]


def test_attaching_and_merging_at_once_does_not_deadlock(licensed: Licensed) -> None:
    """Both lock the assets before their licences."""
    flow = licensed.flow
    assets = [AssetId(flow.asset(path)) for path in (FILES[3], FILES[2])]
    locked = threading.Event()

    def merge() -> None:
        with flow.database.write() as connection:
            locked_facts(connection, assets)
            locked.set()
            threading.Event().wait(0.3)  # the other one has begun
            LICENCES.merge(connection, flow.database, *assets)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(merge)
        assert locked.wait(60)
        assert licensed.rights.attach(LOCAL, "good", Selected(assets=(sha1(FILES[2]),))).changed == 1
        done.result(60)
