"""Licences in the catalogue: changes, what has them, states, notices, merges and near duplicates."""

import json
import random
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from dampipe.features.assets.selected import Selected
from dampipe.features.assets.tables import ASSET
from dampipe.features.duplicates.tables import NEAR_DUPLICATE
from dampipe.features.rights.details import ASSET_RIGHTS
from dampipe.features.rights.guards import RIGHTS_IN_ORDER, RightsParameters
from dampipe.features.rights.merge import LICENCES
from dampipe.features.rights.model import NewLicence, Policy, state_of_asset
from dampipe.features.rights.queries import LicenceRepository, licences_of
from dampipe.features.rights.reports import UseQuestion
from dampipe.features.rights.tables import LICENCE, LICENSED_ASSET
from dampipe.features.rights.tasks import NoticesTask
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.annotations import annotated
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.guards import GuardRegistry
from tests.integration.rights.conftest import Licensed

VIEWER = Actor(ActorKind.USER, "vera", Role.VIEWER)


def codes(here: Licensed, sha1: str, **use: Any) -> list[tuple[str, bool]]:
    found = here.rights.explain(LOCAL, sha1, UseQuestion(**use))
    return [(one.code, one.refuses) for one in found.objections]


def test_a_licence_is_added_changed_and_removed_with_events(here: Licensed) -> None:
    made = here.licence(
        "agency", here.a, title="Agency", territories=("de", "eu"), media=("Online",), expires="2031-12-31",
        statement="https://creativecommons.org/licenses/by/4.0/", documents=({"reference": "file 12"},),
    )  # fmt: skip
    assert (made.territories, made.media, made.statement) == (("DE", "EU"), ("online",), "CC-BY-4.0")
    assert (made.state, made.zone, made.notice_days, made.assets) == ("active", "UTC", (14,), 0)
    with pytest.raises(Conflict):
        here.licence("agency")
    changed = here.rights.edit(LOCAL, "agency", {"expires": "2020-01-01", "credit": "Photo: A"})
    assert (changed.state, changed.title, changed.assets) == ("expired", "Agency", 1)
    assert changed.documents is not None and changed.documents[0].reference == "file 12"
    shown = here.rights.show(VIEWER, "agency")
    assert shown.documents is None and shown.releases is None, "they may be personal data"
    [event] = here.events("licence.changed")
    data = json.loads(event.data)
    assert data["before"] == {"expires": "2031-12-31", "credit": ""}
    assert data["after"] == {"expires": "2020-01-01", "credit": "Photo: A"}
    here.rights.edit(LOCAL, "agency", {"credit": "Photo: A"})
    assert len(here.events("licence.changed")) == 1, "nothing has changed"
    assert here.rights.remove(LOCAL, "agency") == 1
    with pytest.raises(NotFound):
        here.rights.show(LOCAL, "agency")
    assert here.library.catalog.assets.find(here.a), "the asset stays"
    names = [event.name for event in here.events("licence.added", "licence.attached", "licence.removed")]
    assert names == ["licence.added", "licence.attached", "licence.removed"]


def test_what_is_not_valid_changes_nothing(here: Licensed) -> None:
    for terms in (
        {"territories": ("nowhere",)},
        {"media": ("telepathy",)},
        {"zone": "Mars/Base"},
        {"expires": "soon"},
        {"starts": "2027-01-01", "expires": "2026-01-01"},
    ):
        with pytest.raises(InvalidInput):
            here.licence("bad", **terms)
        here.licence("good")
        with pytest.raises(InvalidInput):
            here.rights.edit(LOCAL, "good", terms)
        here.rights.remove(LOCAL, "good")
    assert here.rights.all(LOCAL) == []
    with pytest.raises(InvalidInput):
        here.policy(territory="nowhere")
    with pytest.raises(InvalidInput):
        here.policy(zone="Mars/Base")
    assert here.rights.policy(LOCAL) == Policy()


def test_a_scope_is_needed_to_change_anything(here: Licensed) -> None:
    here.licence("l", here.a)
    editor = Actor(ActorKind.USER, "ed", Role.EDITOR)
    for call in (
        lambda: here.rights.add(editor, NewLicence(name="x")),
        lambda: here.rights.edit(editor, "l", {}),
        lambda: here.rights.remove(editor, "l"),
        lambda: here.rights.attach(editor, "l", Selected(assets=(here.b,))),
        lambda: here.rights.detach(editor, "l", Selected(assets=(here.a,))),
        lambda: here.rights.set_policy(editor, Policy()),
    ):
        with pytest.raises(Forbidden):
            call()
    assert here.rights.all(editor)[0].assets == 1


def test_attach_and_detach_say_how_many_changed(here: Licensed) -> None:
    here.licence("l")
    assert here.rights.attach(LOCAL, "l", Selected(assets=(here.a, here.b, here.a[:8]))).changed == 2
    assert here.rights.attach(LOCAL, "l", Selected(assets=(here.a,))).changed == 0
    assert (
        here.rights.detach(
            LOCAL,
            "l",
            Selected(
                assets=(
                    here.a,
                    here.c,
                )
            ),
        )
        == 1
    )
    with pytest.raises(NotFound):
        here.rights.attach(LOCAL, "l", Selected(assets=("0" * 40,)))
    assert len(here.events("licence.attached")) == 2 and len(here.events("licence.detached")) == 1


def test_the_filter_in_sql_is_the_rule_in_python(here: Licensed) -> None:
    """Random licences on some assets: the states that the filter finds are those that `state_of_asset` says."""
    random_ = random.Random(7)
    shas = [here.a, here.b, here.c, *(here.library.add(f"more/{number}.mov") for number in range(21))]
    days = ["", "2000-01-01", "2090-01-01"]
    for number in range(12):
        starts = "" if random_.random() < 0.7 else random_.choice(days)
        here.licence(
            f"l{number}",
            *random_.sample(shas, 4),
            subject=random_.choice(["", "music"]),
            starts=starts,
            embargo="" if random_.random() < 0.8 else random_.choice(days),
            expires=random_.choice(["", "2095-01-01"] if starts else ["", "2001-01-01", "2095-01-01"]),
            notice_days=random_.choice([(14,), (3650,)]),
        )
    database = here.library.catalog.database
    with database.write() as connection:  # some of them are near their end
        now = database_time(connection)
        connection.execute(
            update(LICENCE).where(LICENCE.c.name.in_(["l1", "l2", "l3"])).values(
                starts_at=None, embargo_at=None, expires_at=now + 5 * 86400.0, notice_at=now - 9 * 86400.0
            )
        )  # fmt: skip
        given = {
            asset: state_of_asset(licences, now)
            for asset, licences in licences_of(connection, database, [here.id(sha1) for sha1 in shas]).items()
        }
    expected = {sha1: str(given.get(here.id(sha1)) or "none") for sha1 in shas}  # type: ignore[call-overload]
    assert len(set(expected.values())) >= 4
    for state in ("active", "expiring", "expired", "embargoed", "none"):
        found = {hit.asset for hit in here.library.find(rights=(state,), limit=1000).hits}
        assert found == {sha1 for sha1, one in expected.items() if one == state}, state
    both = here.library.find(rights=("active", "none"), limit=1000).hits
    assert {hit.asset for hit in both} == {
        sha1 for sha1, one in expected.items() if one in ("active", "none")
    }


def test_the_filter_by_licence_and_the_details(here: Licensed) -> None:
    here.licence("l", here.a, here.b)
    assert {hit.asset for hit in here.library.find(licence=("l",)).hits} == {here.a, here.b}
    assert here.library.filters.suggestions(LOCAL, "licence") == ["l"]
    with pytest.raises(NotFound):
        here.library.find(licence=("nothing",))
    shown = ASSET_RIGHTS.read(here.library.services, LOCAL, here.id(here.a))
    assert (shown.state, [one.name for one in shown.licences]) == ("active", ["l"])
    assert ASSET_RIGHTS.text(shown) == "active: l (active)"
    assert ASSET_RIGHTS.text(ASSET_RIGHTS.read(here.library.services, LOCAL, here.id(here.c))) == ""


def test_licences_are_what_people_wrote(here: Licensed) -> None:
    here.licence("l", here.a)
    with here.library.catalog.database.read() as connection:
        assert set(annotated(connection, [here.id(here.a), here.id(here.b)])) == {here.id(here.a)}


def test_licences_follow_assets_that_become_one_and_back(here: Licensed) -> None:
    here.licence("one", here.a)
    here.licence("both", here.a, here.b)
    database, (source, target) = here.library.catalog.database, (here.id(here.a), here.id(here.b))

    def held(sha1: str) -> list[str]:
        with database.read() as connection:
            found = licences_of(connection, database, [here.id(sha1)])
            return sorted(one.name for licences in found.values() for one in licences)

    with database.write() as connection:
        kept = LICENCES.merge(connection, database, source, target)  # type: ignore[arg-type]
    assert kept.text == "both, one" and json.loads(json.dumps(kept.state)) == kept.state
    assert (held(here.a), held(here.b)) == ([], ["both", "one"])
    with database.write() as connection:
        LICENCES.restore(connection, database, source, target, kept.state)  # type: ignore[arg-type]
    assert (held(here.a), held(here.b)) == (["both", "one"], ["both"])
    with database.write() as connection:
        kept = LICENCES.merge(connection, database, source, target)  # type: ignore[arg-type]
    here.rights.remove(LOCAL, "one")
    with database.write() as connection:
        LICENCES.restore(connection, database, source, target, kept.state)  # type: ignore[arg-type]
        LICENCES.copy(connection, database, target, here.id(here.c))  # type: ignore[arg-type]
    assert (held(here.a), held(here.b), held(here.c)) == (["both"], ["both"], ["both"])


def test_a_provisional_asset_has_the_licences_of_what_it_replaces(here: Licensed) -> None:
    here.licence("l", here.a, expires="2000-01-01")
    assert codes(here, here.b) == []
    with here.library.catalog.database.write() as connection:
        values = {"replaces_id": here.id(here.a)}
        connection.execute(update(ASSET).where(ASSET.c.id == here.id(here.b)).values(values))
    assert codes(here, here.b) == [("rights.expired", True)]


def near(here: Licensed, first: str, second: str, state: str = "open") -> None:
    """Note that two contents show the same."""
    versions = [here.library.catalog.assets.find(sha1).id for sha1 in (first, second)]
    row = {
        "first_id": versions[0], "second_id": versions[1], "state": state, "kind": "whole", "time_offset": 0.0,
        "other_offsets": "[]", "mirrored": False, "similarity": 0.9, "coverage": 1.0, "frames": 9,
        "common_start": 0.0, "common_end": 9.0,
    }  # fmt: skip
    with here.library.catalog.database.write() as connection:
        connection.execute(insert(NEAR_DUPLICATE).values(row))


@pytest.mark.parametrize("is_first", [True, False])
def test_near_duplicates_warn_and_do_not_refuse(here: Licensed, is_first: bool) -> None:
    here.licence("l", here.a, expires="2000-01-01")
    near(here, *((here.a, here.b) if is_first else (here.b, here.a)))
    near(here, here.a, here.c, "dismissed")
    found = here.rights.explain(LOCAL, here.b, UseQuestion())
    [warning] = found.objections
    assert (found.allowed, warning.code) == (True, "rights.near_duplicate")
    assert "A001_C001.mov" in warning.detail and "2000-01-01" in warning.detail
    assert codes(here, here.c) == [], "people said that it is not a duplicate"
    here.rights.edit(LOCAL, "l", {"expires": "2090-01-01"})
    assert codes(here, here.b) == [], "the other one may be used, so may this"
    here.rights.edit(LOCAL, "l", {"expires": "2000-01-01"})
    here.rights.attach(LOCAL, "l", Selected(assets=(here.b,)))
    assert codes(here, here.b) == [("rights.expired", True)], "once, by its own licence"


def test_a_day_is_licensed_from_its_first_moment_to_its_last(here: Licensed) -> None:
    here.policy(zone="UTC")
    here.licence("l", here.a, zone="America/Los_Angeles", expires="2026-12-31")
    assert codes(here, here.a, on="2026-12-31") == []
    assert codes(here, here.a, on="2027-01-01") == [("rights.expired", True)], "it ends at 08:00 UTC"
    assert codes(here, here.a, on="2027-01-01T07:59") == []
    assert codes(here, here.a, on="2027-01-01T08:00") == [("rights.expired", True)]
    with pytest.raises(InvalidInput):
        here.rights.explain(LOCAL, here.a, UseQuestion(territory="nowhere"))
    with pytest.raises(InvalidInput):
        here.rights.explain(LOCAL, here.a, UseQuestion(purpose="sell"))


def set_end(here: Licensed, name: str, seconds: float) -> None:
    """Have a licence end so many seconds from now, with its notices due as they are then."""
    with here.library.catalog.database.write() as connection:
        ends = database_time(connection) + seconds
        days = json.loads(
            connection.execute(select(LICENCE.c.notice_days).where(LICENCE.c.name == name)).scalar_one()
        )
        first = ends - max(days, default=0) * 86400.0
        values = {"expires_at": ends, "notice_at": first, "next_notice_at": first}
        connection.execute(update(LICENCE).where(LICENCE.c.name == name).values(values))


def test_notices_are_given_once_each(here: Licensed) -> None:
    here.licence("l", here.a, here.b, expires="2090-01-01", notice_days=(30, 7))
    here.licence("endless", here.a)
    task = NoticesTask(here.licences)
    task()
    assert here.events("rights.expiring", "rights.expired") == []
    for days_left, expected in ((29, [30]), (28, [30]), (6, [30, 7]), (5, [30, 7])):
        with here.library.catalog.database.write() as connection:
            ends = database_time(connection) + days_left * 86400.0
            connection.execute(update(LICENCE).where(LICENCE.c.name == "l").values(expires_at=ends))
            if days_left == 29:
                connection.execute(
                    update(LICENCE).where(LICENCE.c.name == "l").values(next_notice_at=ends - 30 * 86400)
                )
            if days_left == 6:
                connection.execute(
                    update(LICENCE).where(LICENCE.c.name == "l").values(next_notice_at=ends - 7 * 86400)
                )
        task()
        found = [json.loads(event.data) for event in here.events("rights.expiring")]
        assert [one["days"] for one in found] == expected
    assert found[0] == {
        "licence": "l",
        "title": "l",
        "until": "2090-01-01",
        "zone": "UTC",
        "days": 30,
        "assets": 2,
    }
    set_end(here, "l", -1.0)
    task()
    task()
    [event] = here.events("rights.expired")
    assert json.loads(event.data)["assets"] == 2 and event.actor == "worker"
    here.rights.edit(LOCAL, "l", {"expires": "2091-01-01"})
    task()
    assert len(here.events("rights.expiring", "rights.expired")) == 3, "a renewed licence begins again, later"
    here.rights.edit(LOCAL, "l", {"expires": "2000-01-01"})
    task()
    assert len(here.events("rights.expired")) == 2
    assert here.library.catalog.assets.find(here.a), "nothing is deleted"


def test_processes_that_look_at_a_time_give_a_notice_once(here: Licensed, catalogue_url: str) -> None:
    for number in range(5):
        here.licence(f"l{number}", here.a, expires="2000-01-01")
    barrier, errors = Barrier(4), []

    def look() -> None:
        database = Database(catalogue_url)
        barrier.wait()
        try:
            NoticesTask(LicenceRepository(database))()
        except Exception as error:
            errors.append(error)
        database.close()

    threads = [Thread(target=look) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert sorted(json.loads(event.data)["licence"] for event in here.events("rights.expired")) == [
        f"l{number}" for number in range(5)
    ]


def test_the_policy_says_what_a_missing_licence_means(here: Licensed) -> None:
    assert codes(here, here.a) == []
    here.policy(unlicensed="ask", territories={"DACH": ("DE", "AT", "CH")}, media={"newsletter": "online"})
    assert codes(here, here.a) == [("rights.unlicensed", True)]
    here.licence("l", here.a, territories=("dach",), media=("online",))
    assert codes(here, here.a, territory="AT", medium="newsletter") == []
    here.policy()  # the group and the medium are gone
    assert codes(here, here.a, territory="AT", medium="web") == [("rights.territory", True)]
    assert len(here.events("rights.policy_changed")) == 2


def refusals(here: Licensed, *assets: str, **parameters: Any) -> dict[str, set[str]]:
    """By the code of the reason: the assets that the guard of workflows does not let pass."""
    by_id = {here.id(sha1): sha1 for sha1 in assets}
    with here.library.catalog.database.read() as connection:
        database = here.library.catalog.database
        given = RightsParameters(**parameters)
        found = RIGHTS_IN_ORDER.check(connection, database, AssetSet(by_id), given)
    assert all(one.code.text.format_map(dict(one.parameters)) for one in found)
    return {one.code.code: {by_id[asset] for asset in one.assets} for one in found}


def test_the_guard_of_workflows(here: Licensed) -> None:
    here.licence("old", here.a, expires="2000-01-01")
    here.licence("de", here.b, territories=("DE",), releases=({"kind": "model", "status": "none"},))
    everything = (here.a, here.b, here.c)
    assert refusals(here, *everything) == {"rights.expired": {here.a}}, "notes keep nothing from moving"
    assert refusals(here, *everything, territory="fr") == {
        "rights.expired": {here.a},
        "rights.territory": {here.b},
    }
    assert refusals(here, *everything, licensed=True) == {
        "rights.expired": {here.a},
        "rights.unlicensed": {here.c},
    }
    here.policy(unlicensed="ask", not_licensed="warn")
    assert refusals(here, *everything) == {"rights.expired": {here.a}, "rights.unlicensed": {here.c}}
    assert GuardRegistry()["rights"] is RIGHTS_IN_ORDER


def test_a_large_number_of_assets_takes_few_statements(here: Licensed) -> None:
    here.licence("l")
    with here.library.catalog.database.write() as connection:
        [licence] = connection.execute(select(LICENCE.c.id)).scalars()
        made = (
            connection.execute(insert(ASSET).returning(ASSET.c.id), [{"added_at": 0.0} for _ in range(3000)])
            .scalars()
            .all()
        )
        rows = [
            {"licence_id": licence, "asset_id": one, "attached_by": "x", "attached_at": 0.0} for one in made
        ]
        connection.execute(insert(LICENSED_ASSET), rows)
    with here.library.catalog.database.read() as connection:
        found = licences_of(connection, here.library.catalog.database, made)
    assert len(found) == 3000 and len({id(one) for licences in found.values() for one in licences}) == 1
    assert here.rights.show(LOCAL, "l").assets == 3000
