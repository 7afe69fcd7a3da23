"""Stacking, splitting, choosing the current version and undoing, over both databases."""

import json

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.versions import cli
from dampipe.features.versions.model import Metadata, OperationKind, SplitRequest, StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.events.tables import EVENT
from tests.support.searching import Searching, media, sha1

A, B, C = sha1("a.mp4"), sha1("b.mp4"), sha1("c.mp4")


class Stacks:
    """The services of a library with three clips, two of them tagged."""

    def __init__(self, library: Searching) -> None:
        self.library = library
        self.versions = library.services.get(VersionService)
        self.assets = library.services.get(AssetService)
        self._tags = library.services.get(TagService)
        library.add("a.mp4", ["red"], media(codec="prores"))
        library.add("b.mp4", ["red", "blue"], media(codec="h264"))
        library.add("c.mp4", ["blue"])
        for tag, names in {"night": (A, B), "car": (A,), "rain": (B,)}.items():
            self._tags.add(LOCAL, TagRequest(tag=tag, assets=names))

    def stack(self, asset: str, *others: str) -> None:
        self.versions.stack(LOCAL, StackRequest(asset=asset, others=others))

    def tags(self, name: str) -> tuple[str, ...]:
        return self._tags.of(LOCAL, self.assets.asset_id(LOCAL, name))

    def of(self, name: str) -> list[str]:
        """The versions of an asset, the current one first, then newest first."""
        found = self.assets.show(LOCAL, name).versions
        return [one.sha1 for one in sorted(found, key=lambda one: one.superseded_at is not None)]

    def state(self) -> list[object]:
        """All that an operation may change, but for the records of operations."""
        with self.library.catalog.database.read() as connection:
            assets = connection.execute(select(ASSET.c.id, ASSET.c.replaces_id).order_by(ASSET.c.id)).all()
            columns = (VERSION.c.id, VERSION.c.asset_id, VERSION.c.superseded_at.is_(None))
            versions = connection.execute(select(*columns).order_by(VERSION.c.id)).all()
        return [assets, versions, [self.tags(name) for name in (A, B, C)]]

    def events(self) -> list[str]:
        with self.library.catalog.database.read() as connection:
            changes = EVENT.c.name.in_(("asset.merged", "asset.split", "version.current"))
            return list(
                connection.execute(select(EVENT.c.name).where(changes).order_by(EVENT.c.at)).scalars()
            )


@pytest.fixture
def here(library: Searching) -> Stacks:
    return Stacks(library)


def test_a_stack_is_one_asset_with_the_metadata_of_both(here: Stacks) -> None:
    [report] = here.versions.stack(LOCAL, StackRequest(asset=A, others=(B,)))
    assert (report.kind, report.asset, report.other) == (OperationKind.STACK, A, B)
    assert report.metadata == {"tags": "night, rain"}
    assert here.of(A) == here.of(B) == [A, B]
    assert here.tags(A) == here.tags(B) == ("car", "night", "rain")
    find = here.library.names
    assert find("red", only="vision") == ["a.mp4"], "once, with its current version"
    assert sorted(find("red", only="vision", all_versions=True)) == ["a.mp4", "b.mp4"]
    assert find("b", only="names") == ["a.mp4"], "the name of another version finds the asset"
    assert find(tag=("rain",)) == ["a.mp4"]
    assert find() == ["c.mp4", "a.mp4"]
    assert (find(codec=("h264",)), find(codec=("prores",))) == (["c.mp4"], ["a.mp4"]), (
        "facts of the current one"
    )
    assert sorted(find(codec=("h264",), all_versions=True)) == ["b.mp4", "c.mp4"]
    assert here.library.catalog.totals.of() == (2, 3)


def test_another_version_is_made_current(here: Stacks) -> None:
    here.stack(A, B)
    assert [
        one.sha1 for one in here.versions.make_current(LOCAL, B).versions if one.superseded_at is None
    ] == [B]
    assert here.of(A) == [B, A]
    find = here.library.names
    assert find("red", only="vision") == ["b.mp4"]
    assert (find(codec=("prores",)), sorted(find("blue", only="vision"))) == ([], ["b.mp4", "c.mp4"])
    here.versions.make_current(LOCAL, B)
    assert here.events() == ["asset.merged", "version.current"], "what is current stays so, and is no event"


def test_stacks_are_undone_one_by_one(here: Stacks) -> None:
    states = [here.state()]
    here.stack(A, B)
    states.append(here.state())
    here.stack(C, A)
    assert here.of(B) == [C, B, A]
    assert here.versions.undo(LOCAL, B).other == A
    assert here.state() == states[1]
    here.versions.undo(LOCAL, A)
    assert here.state() == states[0]
    with pytest.raises(NotFound) as error:
        here.versions.undo(LOCAL, A)
    assert error.value.code == "version.nothing_to_undo"
    assert here.events()[-2:] == ["asset.split", "asset.split"]
    assert here.library.names("b", only="names") == ["b.mp4"]


def test_tags_that_were_changed_since_are_kept_by_an_undo(here: Stacks) -> None:
    here.stack(A, B)
    tags = here.library.services.get(TagService)
    tags.add(LOCAL, TagRequest(tag="late", assets=(A,)))
    tags.remove(LOCAL, TagRequest(tag="car", assets=(A,)))
    here.versions.undo(LOCAL, A)
    assert (here.tags(A), here.tags(B)) == (("late", "night"), ("night", "rain"))


@pytest.mark.parametrize(
    ("metadata", "old", "new"),
    [
        (Metadata.BOTH, ("car", "night", "rain"), ("car", "night", "rain")),
        (Metadata.OLD, ("car", "night", "rain"), ()),
        (Metadata.NEW, (), ("car", "night", "rain")),
    ],
)
@pytest.mark.parametrize("version", [A, B])
def test_a_split_says_who_has_the_metadata_and_is_undone(
    here: Stacks, version: str, metadata: Metadata, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    here.stack(A, B)
    before = here.state()
    other = B if version == A else A
    report = here.versions.split(LOCAL, SplitRequest(version=version, metadata=metadata))
    assert (report.kind, report.asset, report.other) == (OperationKind.SPLIT, other, version)
    assert report.metadata == ({} if metadata is Metadata.OLD else {"tags": "car, night, rain"})
    assert (here.of(other), here.of(version)) == ([other], [version])
    assert (here.tags(other), here.tags(version)) == (old, new)
    assert sorted(here.library.names("red", only="vision")) == ["a.mp4", "b.mp4"]
    here.versions.undo(LOCAL, version)
    assert here.state() == before


def test_nothing_is_undone_that_a_later_operation_changed(here: Stacks) -> None:
    here.stack(A, B)
    here.versions.split(LOCAL, SplitRequest(version=B))
    here.stack(B, C)
    before = here.state()
    with pytest.raises(Conflict) as error:
        here.versions.undo(LOCAL, A)
    assert error.value.code == "version.cannot_undo"
    assert here.state() == before


def test_what_makes_no_sense_is_refused_and_changes_nothing(here: Stacks) -> None:
    before = here.state()
    with pytest.raises(InvalidInput) as same:
        here.stack(A, A)
    with pytest.raises(Conflict) as alone:
        here.versions.split(LOCAL, SplitRequest(version=A))
    with pytest.raises(NotFound):
        here.stack(A, C, "f" * 40)
    assert (same.value.code, alone.value.code) == ("version.same_asset", "version.only_one")
    assert here.state() == before
    here.stack(A, B)
    with pytest.raises(InvalidInput):
        here.stack(A, B)


def test_an_asset_goes_with_its_last_version(here: Stacks) -> None:
    from dampipe.features.assets.contents import delete_versions

    here.stack(A, B)
    database = here.library.catalog.database
    for version, left in ((A, [B]), (B, [])):
        with database.write() as connection:
            number = here.library.catalog.assets.find(version).id
            delete_versions(connection, [number], VERSION.c.id > 0)
            current = select(VERSION.c.sha1).where(
                VERSION.c.superseded_at.is_(None), VERSION.c.sha1.in_((A, B))
            )
            assert list(connection.execute(current).scalars()) == left, "the newest that is left is current"
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(ASSET)).scalar() == 1


def test_versions_over_http(here: Stacks, http: TestClient) -> None:
    done = http.post(f"/assets/{A}/versions/stack", json={"others": [B[:12]]})
    assert (done.status_code, done.json()[0]["metadata"]) == (200, {"tags": "night, rain"})
    found = http.get(f"/assets/{B}/versions").json()
    assert [one["sha1"] for one in found["versions"]] == [B, A]
    assert [(one["kind"], one["versions"]) for one in found["operations"]] == [("stack", [B])]
    shown = {
        exact: http.get(f"/assets/{B}", params={"exact": exact}).json()["video"] for exact in (True, False)
    }
    assert {exact: video["sha1"] for exact, video in shown.items()} == {True: B, False: A}
    assert http.get(f"/assets/{B[:12]}", params={"exact": True}).json()["tags"] == ["car", "night", "rain"]
    assert http.get(f"/assets/{A}", params={"exact": True}).json()["video"]["sha1"] == A
    assert http.post(f"/assets/{B}/versions/make-current").json()["versions"][0]["superseded_at"] is None
    assert http.get(f"/assets/{A}").json()["video"]["sha1"] == B
    assert http.get("/search", params={"q": "red", "only": "vision", "all_versions": True}).json()["hits"][1]
    assert http.post(f"/assets/{B}/versions/split", json={"metadata": "old"}).json()["other"] == B
    assert http.post(f"/assets/{A}/versions/undo").json()["kind"] == "split"
    assert http.post(f"/assets/{C}/versions/split").status_code == 409
    assert http.post(f"/assets/{C}/versions/undo").status_code == 404
    assert http.post(f"/assets/{A}/versions/stack", json={"others": []}).status_code == 422


def test_versions_at_the_command_line(here: Stacks) -> None:
    def run(*arguments: str) -> str:
        services = here.library.services
        return CliRunner().invoke(cli.command, list(arguments), obj=services, catch_exceptions=False).output

    assert run("stack", A, B) == f"{B} is a version of {A}; tags of both: night, rain\n"
    listed = run("list", B)
    assert listed.index(B) < listed.index(A), "newest first"
    assert "current" in listed and listed.endswith(
        f"local: {B} is a version of {A}; tags of both: night, rain\n"
    )
    assert [one["sha1"] for one in json.loads(run("make-current", B, "--json"))["versions"]] == [B, A]
    assert (
        run("split", A, "--metadata", "new")
        == f"{A} was split from {B}; tags of the new one: car, night, rain\n"
    )
    assert run("undo", B).startswith(f"undone: {A} was split from {B}")
    assert json.loads(run("undo", B, "--json"))["kind"] == "stack"
