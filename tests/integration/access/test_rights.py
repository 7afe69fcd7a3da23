"""What a user must not see leaves no trace in any answer: no name, no SHA-1, no folder, no tag, no count."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

import dampipe
from dampipe.features.access.service import AccessService
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.tables import VERSION
from dampipe.features.machinetags.model import SchemeRequest
from dampipe.features.machinetags.service import MachineTagService
from dampipe.features.metadata.model import BulkEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.model import CommentRequest
from dampipe.features.review.service import ReviewService
from dampipe.features.rights.model import NewLicence
from dampipe.features.rights.service import RightsService
from dampipe.features.sidecars.model import Place, PlaceRequest
from dampipe.features.sidecars.service import SidecarService
from dampipe.features.subclips.model import NewSubclip
from dampipe.features.subclips.service import SubclipService
from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.features.vocabularies.service import VocabularyService
from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.model import MoveRequest
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.kernel.facets.dirty import mark_selected_versions
from tests.integration.access.conftest import Guarded
from tests.support.demo_clips import DemoClips

VISIBLE, SECRET = "plain", "vault"


class Planted(Guarded):
    """A library with assets that some users must not see: below `vault`, with names that begin with `hush`.

    `plain/shared.mp4` has a copy `vault/hush_copy.mp4`: the asset is visible, that file of it is not.
    """

    footage: Path
    hidden: dict[str, str]
    """SHA-1 of the hidden assets, by name."""
    shown: dict[str, str]
    remark: int
    """Number of a comment on a hidden asset."""
    subclips: dict[str, int]
    """Numbers of subclips of the hidden assets, by name."""

    @property
    def traces(self) -> list[str]:
        """What must be in no answer."""
        return [
            "hush",
            "vault",
            "classified",
            *self.hidden.values(),
            *(one[:12] for one in self.hidden.values()),
        ]

    def find_traces(self, text: str) -> list[str]:
        """Those of the traces that a text has."""
        return [trace for trace in self.traces if trace in text.lower()]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Iterator[Planted]:
    clips = tmp_path_factory.mktemp("clips")
    made = demo_clips(clips)
    footage = tmp_path_factory.mktemp("footage")
    for folder in (VISIBLE, SECRET, f"{SECRET}/hush_sub", f"{VISIBLE}er"):
        (footage / folder).mkdir()
    shutil.copy(made[0], footage / VISIBLE / "seen.mp4")
    shutil.copy(made[1], footage / VISIBLE / "shared.mp4")
    shutil.copy(made[1], footage / SECRET / "hush_copy.mp4")
    shutil.copy(made[2], footage / SECRET / "hush_a.mp4")
    shutil.copy(made[2], footage / SECRET / "hush_sub" / "hush_twin.mp4")
    shutil.copy(made[3], footage / f"{VISIBLE}er" / "hush_neighbour.mp4")
    (footage / SECRET / "hush_broken.mp4").write_bytes(b"\0" * 5000)
    (footage / VISIBLE / "broken.mp4").write_bytes(b"\1" * 5000)
    with dampipe.open(
        home=tmp_path_factory.mktemp("home"), model="tiny", in_process=True, settle=0.0
    ) as library:
        library.add(footage)
        library.process()
        here = Planted(library)
        here.footage = footage
        by_name = {Path(path).name: video.sha1 for video in library.videos() for path in video.paths}
        here.hidden = {
            name: sha1 for name, sha1 in by_name.items() if name.startswith("hush") and "copy" not in name
        }
        here.shown = {name: by_name[name] for name in ("seen.mp4", "shared.mp4")}
        tags = library.service(TagService)
        tags.add(LOCAL, TagRequest(tag="classified", assets=tuple(here.hidden.values())))
        tags.add(LOCAL, TagRequest(tag="both", assets=(*here.hidden.values(), *here.shown.values())))
        tags.add(LOCAL, TagRequest(tag="approved word", assets=tuple(here.hidden.values())))
        library.service(VocabularyService).approve(LOCAL, "tags", "approved word")
        machine = library.service(MachineTagService)
        machine.choose(LOCAL, "tags", SchemeRequest())
        machine.run(LOCAL)
        places = library.service(SidecarService)
        [source] = [one.source for one in places.places(LOCAL)]
        places.set_place(LOCAL, source, PlaceRequest(place=Place.BESIDE))
        metadata = library.service(MetadataService)
        hidden, every = tuple(here.hidden.values()), (*here.hidden.values(), *here.shown.values())
        metadata.bulk(LOCAL, BulkEdit(assets=hidden, set={"title": "classified plan"}))
        places = {"lens": "classified lens", "latitude": 12.3456789, "longitude": -98.7654321}
        with library.service(Database).write() as connection:
            concerned = VERSION.c.sha1.in_(hidden)
            connection.execute(VERSION.update().where(concerned).values(places))
            mark_selected_versions(connection, select(VERSION.c.id).where(concerned))
        metadata.bulk(LOCAL, BulkEdit(assets=every, set={"city": "classified Rome", "rating": 4}))
        metadata.bulk(LOCAL, BulkEdit(assets=tuple(here.shown.values()), set={"city": "Rome"}))
        workflow = library.service(WorkflowService)
        workflow.apply(LOCAL, shipped_toml("review"))
        hidden = tuple(here.hidden.values())
        workflow.move(LOCAL, MoveRequest(transition="submit", assets=hidden, comment="classified"))
        workflow.assign(LOCAL, Selected(assets=hidden), "hush-hush")
        rights = library.service(RightsService)
        for name, assets in (
            ("hush-licence", here.hidden.values()),
            ("shared-licence", (*here.hidden.values(), *here.shown.values())),
        ):
            rights.add(LOCAL, NewLicence(name=name, expires="2090-01-01", zone="UTC"))
            rights.attach(LOCAL, name, Selected(assets=tuple(assets)))
        subclips = library.service(SubclipService)
        here.subclips = {
            name: subclips.create(LOCAL, _subclip(sha1, f"classified {name}")).id
            for name, sha1 in here.hidden.items()
        }
        for name, sha1 in here.shown.items():
            subclips.create(LOCAL, _subclip(sha1, f"open {name}"))
        here.add("root", Role.ADMIN)
        for name, role in (("vera", Role.VIEWER), ("emil", Role.EDITOR)):
            here.add(name, role, sees=(str(footage / VISIBLE),))
        here.add("blind", Role.EDITOR, sees=())
        review = library.service(ReviewService)
        author = Actor(ActorKind.USER, "hushed", Role.COMMENTER)
        box = Drawing.model_validate({"shapes": [{"shape": "rect", "points": [[0, 0], [1, 1]]}]})
        for one in here.hidden.values():
            text = "classified remark @vera @emil"
            made = review.add(author, CommentRequest(asset=one, text=text, start="0.5", drawing=box))
            review.reply(author, made.id, "classified answer")
            here.remark = made.id
        said = CommentRequest(asset=here.shown["shared.mp4"], text="plain remark @vera @emil", start="0")
        review.add(LOCAL, said)
        yield here


@pytest.fixture(scope="module", params=["vera", "emil"])
def limited(request: pytest.FixtureRequest, planted: Planted) -> TestClient:
    """A browser of a user who sees a part."""
    return planted.logged_in(request.param)


def _subclip(sha1: str, name: str) -> NewSubclip:
    fields = {"rating": 4, "tags": (name, "both")}
    return NewSubclip(asset=sha1, start="0", end="1", name=name, note=name, fields=fields)


def requests_of(planted: Planted) -> list[tuple[str, str, Any]]:
    """Requests whose own text holds no trace: whatever of one is in an answer comes from the library."""
    seen = planted.shown["seen.mp4"]
    shared = planted.shown["shared.mp4"]
    gets = [
        *("assets", "assets?limit=1", "assets?pending=false", "assets?pending=true", f"assets/{seen}"),
        *(
            f"assets/{shared}",
            f"assets/{shared}/sprite_vtt",
            "duplicates",
            "duplicates?near=true&similarity=0.55",
        ),
        *("scans", "status", "failures", "tags", "sources", "filters", "filters/source/values"),
        *(
            "filters/tag/values",
            "search",
            "search?q=mp4",
            "search?q=copy+a+twin+broken+footage",
            "search?q=red+car",
        ),
        *(
            "search?q=red&all_versions=true",
            "search?q=red&flat=true&limit=100",
            f"search?like={seen}&limit=100",
        ),
        *(f"search?like={seen}@0:01", "search?tag=both", f"search?like={shared}&flat=true"),
        *("search?kind=video&limit=100", "search?folder=plain", "search?source=" + planted.footage.name),
        *("metadata/fields", "metadata/operations", "schema", "schema/json-schema"),
        *(f"assets/{shared}/metadata", "search?field=rating>=4", "search?field=city~rome&flat=true"),
        *("facets", "facets?facet=city&limit=1000", "facets?where=rating>=4+and+not+has:title"),
        *("search?where=city:rome+or+has:title", "search/export?format=csv&where=has:title"),
        *("search/export?format=edl", "search/export?format=csv&q=red&limit=100"),
        *("workflow", "workflow/definitions", "workflow/definitions/active", "workflow/tasks?everybody=true"),
        *(
            "workflow/tasks",
            "workflow/tasks?assignee=root",
            "filters/state/values",
            "filters/assignee/values",
        ),
        *(f"assets/{seen}/workflow", f"assets/{shared}/workflow/history", "search?state=in_review"),
        *(
            f"search/export?format=fcpxml&like={seen}",
            "session",
            "health",
            "panels",
            "events",
            "events?limit=1000",
        ),
        *("rights/licences", "rights/licences/shared-licence", "rights/policy", "rights/terms"),
        *(
            f"assets/{shared}/rights",
            f"assets/{shared}/rights?territory=DE",
            "search?rights=active&limit=100",
        ),
        *("vocabularies", "vocabularies/tags", "vocabularies/tags/terms", "vocabularies/tags/terms/both"),
        *("vocabularies/tags/terms?retired=true", "vocabularies/tags/terms?parent=both"),
        *("vocabularies/tags/find?text=s", "vocabularies/tags/proposals"),
        *("vocabularies/tags/export?format=csv", "facets?facet=tags", "filters/machine_tag/values"),
        *("machine-tags/vocabularies", "machine-tags/review?limit=1000", "machine-tags/precision"),
        *("machine-tags/terms/both/moments", "search?machine_tag=both", "search?where=tags:both"),
        *("sidecars", "sidecars?state=pending&limit=1000", f"sidecars?asset={shared}"),
        *("subclips", "subclips?limit=1", "subclips?field=rating>=4", "subclips?field=tags=both"),
        *("subclips?text=e", "subclips?filter=tag=both", f"assets/{shared}/subclips", "search?subclip=*"),
        *("subclips/export?format=edl", "subclips/export?format=csv&field=rating>=4", "search?q=open"),
        *("subclips?" + "&".join(f"id={number}" for number in range(1, 10)), "filters/subclip/values"),
        *(f"subclips/{number}" for number in range(1, 10)),
        *("search?licence=shared-licence", "filters/licence/values", f"assets/{shared}/poster/download"),
        *("comments", "comments?limit=1", "comments?author=local", "comments/mentions?unread=false"),
        *(f"assets/{shared}/comments", "filters/commented_by/values", "search?comments=any&limit=100"),
        *("search?q=remark&only=words", "search?q=answer+remark&flat=true", "search?comments=none"),
    ]
    posts = [
        ("vectors", {"texts": ["red"]}),
        ("comments/find", {}),
        ("comments/find", {"assets": [shared]}),
        ("comments/export", {"assets": [shared], "format": "otio"}),
        ("comments/export", {"assets": [seen, shared], "format": "csv"}),
        ("comments/find", {"filters": {"comments": ["any"]}}),
        ("metadata/export", {}),
        ("metadata/export", {"assets": [shared]}),
        ("metadata/export", {"filters": {"where": ["rating>=4"]}}),
    ]
    return [("GET", path, None) for path in gets] + [("POST", path, body) for path, body in posts]


def test_there_is_something_to_hide(planted: Planted) -> None:
    """The administrator sees every trace, so that its absence means something."""
    root = planted.logged_in("root")
    text = "".join(
        root.request(m, f"/api/v1/{p}", json=body).text for m, p, body in requests_of(planted)
    ).lower()
    assert set(planted.find_traces(text)) == set(planted.traces)
    assert len(set(planted.hidden.values())) == 3 and len(root.get("/api/v1/assets").json()) == 6


def test_no_answer_holds_a_trace(planted: Planted, limited: TestClient) -> None:
    for method, path, body in requests_of(planted):
        answer = limited.request(method, f"/api/v1/{path}", json=body)
        assert answer.status_code in (200, 404), (path, answer.status_code, answer.text)
        found = planted.find_traces(answer.text + str(answer.headers))
        assert found == [], (path, found, answer.text[:2000])


def test_a_hidden_subclip_cannot_be_told_from_one_that_does_not_exist(planted: Planted) -> None:
    http = planted.logged_in("emil")
    seen = planted.shown["seen.mp4"]

    def asked(number: int, sha1: str) -> list[tuple[int, str]]:
        new = {"start": "0", "name": "x"}
        answers = [
            http.get(f"/api/v1/subclips/{number}"),
            http.patch(f"/api/v1/subclips/{number}", json={"name": "x", "if_version": 99}),
            http.delete(f"/api/v1/subclips/{number}"),
            http.delete(f"/api/v1/subclips/{number}?if_version=99"),
            http.post("/api/v1/subclips/delete", json={"ids": [number]}),
            http.get(f"/api/v1/subclips?id={number}"),
            http.get(f"/api/v1/subclips/export?format=csv&id={number}"),
            http.get(f"/api/v1/assets/{sha1}/subclips"),
            http.post(f"/api/v1/assets/{sha1}/subclips", json=new),
            http.post("/api/v1/subclips", json={**new, "asset": sha1}),
        ]
        names = ((sha1, "$"), (f"subclip {number}", "subclip #"), (f'"number":{number}', '"number":#'))
        texts = []
        for one in answers:
            text = one.text
            for name, mark in names:
                text = text.replace(name, mark)
            texts.append((one.status_code, text))
        return texts

    invented = asked(987654, "0" * 39 + "1")
    for name, number in planted.subclips.items():
        assert asked(number, planted.hidden[name]) == invented
    assert {status for status, _ in invented} == {404, 200}
    mine = http.post(f"/api/v1/assets/{seen}/subclips", json={"start": "0", "name": "mine"}).json()
    assert http.patch(f"/api/v1/subclips/{mine['id']}", json={"name": "own"}).status_code == 200
    assert http.delete(f"/api/v1/subclips/{mine['id']}").status_code == 200


def test_a_table_of_what_is_hidden_is_imported_as_one_of_what_does_not_exist(planted: Planted) -> None:
    http = planted.logged_in("emil")
    for sha1 in (*planted.hidden.values(), "0" * 40):
        body = f"asset.sha1,city\r\n{sha1},Oslo\r\n"
        found = http.post("/api/v1/metadata/import?dry_run=true", content=body).json()
        assert [one["code"] for one in found["problems"]] == ["metadata.csv_asset_unknown"]
        assert found["changes"] == 0
    rows = http.post("/api/v1/metadata/export", json={}).text.splitlines()
    assert len(rows) == 1 + len(http.get("/api/v1/assets").json())
    nothing = planted.logged_in("blind").post("/api/v1/metadata/export", json={})
    assert len(nothing.text.splitlines()) == 1


def test_counts_are_those_of_what_is_visible(planted: Planted, limited: TestClient) -> None:
    sidecars = limited.get("/api/v1/sidecars").json()
    assert sum(sidecars["counts"].values()) == 2 and len(sidecars["sidecars"]) == 2
    comments = limited.get("/api/v1/comments").json()
    assert (comments["total"], comments["open"], len(comments["comments"])) == (1, 1, 1)
    assert comments["comments"][0]["mentions"] == ["vera", "emil"], "who see the asset"
    licences = limited.get("/api/v1/rights/licences").json()
    assert [(one["name"], one["assets"]) for one in licences] == [("shared-licence", 2)]
    status = limited.get("/api/v1/status").json()
    assert (status["assets"], status["locations"]) == (3, 3)
    assert sum(status["stages"]["hash"].values()) == 3
    assert sum(status["stages"]["probe"].values()) == 3
    assert status["stages"]["preview"]["done"] == 2
    assert status["scans"] == [] and status["running"] == []
    assert {tag["name"]: tag["assets"] for tag in limited.get("/api/v1/tags").json()} == {"both": 2}
    facets = limited.get("/api/v1/facets?facet=city&facet=rating").json()
    assert facets["assets"] == 3
    assert [[(one["value"], one["assets"]) for one in facet["values"]] for facet in facets["facets"]] == [
        [("Rome", 2)],
        [("4", 2)],
    ]
    [source] = limited.get("/api/v1/sources").json()
    assert (source["present"], source["missing"]) == (3, 0)
    assert len(limited.get("/api/v1/assets").json()) == 3
    assert limited.get("/api/v1/duplicates").json()["exact"] == [], "the copy is not visible"
    assert {one["path"].rpartition("/")[2] for one in limited.get("/api/v1/failures").json()} == {
        "broken.mp4"
    }


def hidden_words(planted: Planted) -> list[tuple[Callable[[str], str], str, str]]:
    """Requests that name what is hidden, beside the same about what does not exist: a path, and the two texts."""
    sha1 = planted.hidden["hush_a.mp4"]
    missing = "0" * 39 + "1"
    folder = str(planted.footage / SECRET)
    nowhere = str(planted.footage / "vanit")
    return [
        (lambda one: f"assets/{one}", sha1, missing),
        (lambda one: f"assets/{one}/poster", sha1, missing),
        (lambda one: f"assets/{one}/poster/download", sha1, missing),
        (lambda one: f"assets/{one}/rights", sha1, missing),
        (lambda one: f"rights/licences/{one}", "hush-licence", "hash-licence"),
        (lambda one: f"assets/{one}/comments", sha1, missing),
        (lambda one: f"comments/{one}", str(planted.remark), "999999"),
        (lambda one: f"comments/{one}/drawing.svg", str(planted.remark), "999999"),
        (lambda one: f"comments?author={one}", "hushed", "hashed"),
        (lambda one: f"search?commented_by={one}", "hushed", "hashed"),
        (lambda one: f"search?only=words&q={one}", "answer", "onswer"),
        (lambda one: f"search?licence={one}", "hush-licence", "hash-licence"),
        (lambda one: f"assets/{one}/proxy", sha1, missing),
        (lambda one: f"assets/{one}/frames", sha1, missing),
        (lambda one: f"assets?after={one}", sha1, missing),
        (lambda one: f"search?like={one}", sha1, missing),
        (lambda one: f"search?like={one}@0:01", sha1, missing),
        (lambda one: f"search?tag={one}", "classified", "clossified"),
        (lambda one: f"search?machine_tag={one}", "classified", "clossified"),
        (lambda one: f"search?field=tags={one}", "classified", "clossified"),
        (lambda one: f"search?where=tags={one}", "classified", "clossified"),
        (lambda one: f"facets?where=tags={one}", "classified", "clossified"),
        (lambda one: f"machine-tags/terms/{one}/moments", "classified", "clossified"),
        (lambda one: f"machine-tags/terms/tags:{one}/moments", "CLASSIFIED", "CLOSSIFIED"),
        (lambda one: f"vocabularies/tags/terms/{one}", "classified", "clossified"),
        (lambda one: f"vocabularies/tags/terms?parent={one}", "Classified", "Clossified"),
        (lambda one: f"vocabularies/tags/find?text={one}", "classified", "clossified"),
        (lambda one: f"assets/{one}/metadata", sha1, missing),
        (lambda one: f"assets/{one}/metadata/history", sha1, missing),
        (lambda one: f"search?field=title~{one}", "classified", "clossified"),
        (lambda one: f"search?where=title:{one}", "classified", "clossified"),
        (lambda one: f"facets?where=title:{one}", "classified", "clossified"),
        (lambda one: f"facets?where=city='{one} Rome'", "classified", "clossified"),
        (lambda one: f"search?folder={quote(one)}", SECRET, "vanit"),
        (lambda one: f"search?folder={quote(one)}", folder, nowhere),
        (lambda one: f"search?only=words&q={one}", "hush", "hash"),
        (lambda one: f"search?only=words&q={one}", "vault", "vanit"),
        (lambda one: f"search?only=names&q={one}", "twin", "twen"),
        (lambda one: f"search?only=words&q={one}", "classified", "clossified"),
        (lambda one: f"search?only=names&q={one}+shared", "hush", "hash"),
        (lambda one: f"search?only=words&q=shared&without={one}", "hush", "hash"),
        (lambda one: f"search/export?format=csv&only=words&q={one}", "hush", "hash"),
    ]


def test_what_is_hidden_is_answered_as_what_does_not_exist(planted: Planted, limited: TestClient) -> None:
    for path, real, invented in hidden_words(planted):
        first, second = (limited.get(f"/api/v1/{path(one)}") for one in (real, invented))
        texts = [
            re.sub(re.escape(one), "X", answer.text) for one, answer in ((real, first), (invented, second))
        ]
        assert (first.status_code, texts[0]) == (second.status_code, texts[1]), path(real)
        head = [limited.head(f"/api/v1/{path(one)}").status_code for one in (real, invented)]
        assert head[0] == head[1], path(real)


def test_terms_that_came_with_values_are_seen_where_a_visible_asset_has_them(
    planted: Planted, limited: TestClient
) -> None:
    root = planted.logged_in("root")
    terms = {
        name: {one["key"] for one in http.get("/api/v1/vocabularies/tags/terms").json()["terms"]}
        for name, http in (("root", root), ("limited", limited))
    }
    hidden = {one for one in terms["root"] if one.startswith("classified")}
    assert "classified" in hidden and terms["root"] - terms["limited"] == hidden
    assert {"both", "approved-word"} <= terms["limited"], "one is of a visible asset, one was approved"
    [counted] = [one for one in limited.get("/api/v1/vocabularies").json() if one["key"] == "tags"]
    assert (
        counted["terms"] == len(terms["limited"]) == limited.get("/api/v1/vocabularies/tags").json()["terms"]
    )
    [chosen] = limited.get("/api/v1/machine-tags/vocabularies").json()
    assert chosen["terms"] == len(terms["limited"])
    precision = {one["term"] for one in limited.get("/api/v1/machine-tags/precision").json()}
    assert precision == terms["limited"]
    reviewed = root.get("/api/v1/machine-tags/review?limit=1000").json()
    hidden = set(planted.hidden.values())
    seen = {(one["sha1"], one["term"]) for one in reviewed if one["sha1"] not in hidden}
    assert {term for _, term in seen} >= {"classified"}, "a model proposes the word for visible assets"
    own = limited.get("/api/v1/machine-tags/review?limit=1000").json()
    assert {(one["sha1"], one["term"]) for one in own} == {one for one in seen if one[1] != "classified"}


def test_a_word_that_is_hidden_is_refused_as_one_that_does_not_exist(planted: Planted) -> None:
    http, shown = planted.logged_in("emil"), planted.shown["seen.mp4"]
    for method, path, body in (
        ("POST", "machine-tags/verdicts", {"sha1": shown, "term": "WORD", "accept": True}),
        ("POST", "metadata/preview", {"assets": [shown], "remove": {"tags": "WORD"}}),
        ("POST", "metadata/preview", {"assets": [shown], "add": {"tags": "WORD"}}),
        ("POST", "metadata/edit", {"assets": [shown], "remove": {"tags": "WORD"}}),
        ("POST", "vocabularies/tags/terms", {"label": "below", "parent": "WORD"}),
        ("DELETE", f"assets/{shown}/tags/WORD", None),
    ):
        answers = []
        for word in ("Classified", "Clossified"):
            answer = http.request(
                method,
                f"/api/v1/{path.replace('WORD', word)}",
                json=json.loads(json.dumps(body).replace("WORD", word)),
            )
            answers.append((answer.status_code, answer.text.replace(word, "X")))
        assert answers[0] == answers[1], (path, answers)


def test_timelines_find_nothing_that_is_hidden(planted: Planted, limited: TestClient) -> None:
    """Neither by a path, nor by a name, nor by a content."""
    lines = ["path,name,asset"]
    for name, sha1 in planted.hidden.items():
        lines += [f"{planted.footage}/{SECRET}/{name},,", f",{name},", f",,{sha1}"]
    lines.append(",shared.mp4,")
    lines[0] = "path,name,asset,markers"
    record = json.dumps([{"in": "00:00:00:00", "shown": "x", "start": "0", "note": "planted", "name": "x"}])
    marked = [lines[0], *(f'{line},"{record.replace(chr(34), 2 * chr(34))}"' for line in lines[1:-1])]
    done = planted.logged_in("emil").post(
        "/api/v1/comments/import", params={"format": "csv"}, content="\n".join(marked)
    )
    assert done.status_code == 200 and (done.json()["created"], done.json()["unchanged"]) == (0, 0)
    assert {one["reason"].split(" has")[0] for one in done.json()["skipped"]} == {"no file of the library"}
    lines[0] = "path,name,asset"
    for path in ("timelines/match", "rights/check"):
        answer = limited.post(f"/api/v1/{path}", params={"format": "csv"}, content="\n".join(lines))
        assert answer.status_code == 200
        clips = [one.get("clip", one) for one in answer.json()["clips"]]
        assert len(clips) > 2 * len(planted.hidden), "equal lines are one clip"
        assert [one["state"] for one in clips] == ["unmatched"] * (len(clips) - 1) + ["matched"]
        [found] = clips[-1]["assets"]
        assert found["asset"] == planted.shown["shared.mp4"] and SECRET not in found["path"]


def test_the_same_of_paths_and_of_changes(planted: Planted) -> None:
    http = planted.logged_in("emil")
    sha1, missing = planted.hidden["hush_a.mp4"], "0" * 39 + "1"
    real, invented = str(planted.footage / SECRET), str(planted.footage / "vanit")
    for method, path, body in (
        ("POST", "assets/NAME/tags", {"name": "mine"}),
        ("DELETE", "assets/NAME/tags/classified", None),
        ("PATCH", "assets/NAME/metadata", {"set": {"title": "mine"}}),
        ("POST", "metadata/edit", {"assets": ["NAME"], "set": {"title": "mine"}}),
        ("POST", "metadata/preview", {"assets": ["NAME"], "set": {"title": "mine"}}),
        ("POST", "machine-tags/verdicts", {"sha1": "NAME", "term": "both", "accept": True}),
        ("POST", "assets/NAME/comments", {"text": "mine", "start": "0.5"}),
        ("POST", "comments/find", {"assets": ["NAME"]}),
        ("POST", "comments/export", {"assets": ["NAME"], "format": "csv"}),
        ("PATCH", "comments/COMMENT", {"text": "mine", "if_version": 7}),
        ("POST", "comments/COMMENT/replies", {"text": "mine"}),
        ("POST", "comments/COMMENT/resolve", {"if_version": 7}),
        ("POST", "comments/COMMENT/reopen", {}),
        ("DELETE", "comments/COMMENT?if_version=7", None),
        ("POST", "retry", {"what": ["NAME"]}),
        ("POST", "derivatives/check", {"what": ["NAME"]}),
        ("POST", "scans", {"paths": ["PATH"]}),
        ("POST", "scans", {"paths": ["PATH/hush_a.mp4"]}),
        ("POST", "retry", {"what": ["PATH/hush_a.mp4"]}),
    ):
        answers = []
        for name, place, number in ((sha1, real, str(planted.remark)), (missing, invented, "999999")):
            filled = json.loads(json.dumps(body).replace("NAME", name).replace("PATH", place))
            where = path.replace("NAME", name).replace("COMMENT", number)
            answer = http.request(method, f"/api/v1/{where}", json=filled)
            text = answer.text.replace(name, "X").replace(place, "Y")
            answers.append((answer.status_code, re.sub(rf"\b{number}\b", "N", text)))
        assert answers[0] == answers[1] and answers[0][0] >= 400, (path, answers)
    counts = {tag.name: tag.assets for tag in planted.library.service(TagService).all(LOCAL)}
    assert counts["classified"] == 3, "nothing was changed"


def test_what_is_about_the_whole_library_is_refused(planted: Planted) -> None:
    http = planted.logged_in("emil")
    answer = http.post("/api/v1/derivatives/check")
    assert (answer.status_code, answer.json()["code"]) == (403, "access.whole_library")
    root = planted.logged_in("root")
    check = root.post("/api/v1/derivatives/check").json()["check"]
    of_hidden = root.post("/api/v1/derivatives/check", json={"what": [planted.hidden["hush_a.mp4"]]}).json()[
        "check"
    ]
    own = http.post("/api/v1/derivatives/check", json={"what": [planted.shown["seen.mp4"]]}).json()["check"]
    statuses = [http.get(f"/api/v1/derivatives/check/{one}").status_code for one in (check, of_hidden, own)]
    assert statuses == [404, 404, 200]


def test_scans_of_what_is_hidden_are_neither_seen_nor_stopped(planted: Planted) -> None:
    root, http = planted.logged_in("root"), planted.logged_in("emil")
    whole = root.post("/api/v1/scans", json={"paths": [str(planted.footage)]}).json()["scan"]
    own = http.post("/api/v1/scans", json={"paths": [str(planted.footage / VISIBLE)]})
    assert own.status_code == 202
    assert http.get(f"/api/v1/scans/{whole}").status_code == 404
    for verb in ("pause", "resume", "cancel"):
        assert http.post(f"/api/v1/scans/{whole}/{verb}").status_code == 404
    assert [one["scan"] for one in http.get("/api/v1/scans").json()] == [own.json()["scan"]]
    for scan in (own.json()["scan"], whole):
        root.post(f"/api/v1/scans/{scan}/cancel")
    planted.library.process()


def test_a_retry_of_all_resets_what_is_visible(planted: Planted) -> None:
    http = planted.logged_in("emil")
    assert http.post("/api/v1/retry", json={}).json() == {"retried": 1}
    planted.library.process()
    root = planted.logged_in("root")
    failed = {one["path"].rpartition("/")[2]: one["attempts"] for one in root.get("/api/v1/failures").json()}
    assert set(failed) == {"broken.mp4", "hush_broken.mp4"}


def test_a_viewer_sees_derivatives_of_visible_assets_and_browsers_keep_them_private(planted: Planted) -> None:
    http = planted.logged_in("vera")
    answer = http.get(f"/api/v1/assets/{planted.shown['shared.mp4']}/poster")
    assert answer.status_code == 200 and answer.headers["cache-control"].startswith("private")
    assert "Cookie" in answer.headers["vary"]
    proxy = http.get(f"/api/v1/assets/{planted.shown['shared.mp4']}/proxy", headers={"Range": "bytes=0-9"})
    assert proxy.status_code == 206 and "shared.mp4" in proxy.headers["content-disposition"]
    known = {"If-None-Match": "*"}
    hidden = http.get(f"/api/v1/assets/{planted.hidden['hush_a.mp4']}/poster", headers=known)
    assert hidden.status_code == 404, "before anything is said of its ETag"


def test_who_has_no_grant_sees_nothing(planted: Planted) -> None:
    http = planted.logged_in("blind")
    assert http.get("/api/v1/assets").json() == []
    assert http.get("/api/v1/search?q=red").json()["hits"] == []
    assert http.get("/api/v1/sources").json() == [] and http.get("/api/v1/tags").json() == []
    assert http.get("/api/v1/status").json()["assets"] == 0
    assert http.get("/api/v1/filters/source/values").json() == []


def test_grants_to_a_role_hold_for_it_and_those_above_and_can_be_taken_back(planted: Planted) -> None:
    access: AccessService = planted.access
    http = planted.logged_in("blind")
    access.grant(LOCAL, "role:viewer", str(planted.footage / VISIBLE))
    assert len(http.get("/api/v1/assets").json()) == 3
    access.revoke(LOCAL, "role:viewer", str(planted.footage / VISIBLE))
    assert http.get("/api/v1/assets").json() == []
    access.grant(LOCAL, "role:manager", "everything")
    assert http.get("/api/v1/assets").json() == []
    access.revoke(LOCAL, "role:manager", "everything")
    access.grant(LOCAL, "blind", planted.footage.name)
    assert len(http.get("/api/v1/assets").json()) == 6
    access.revoke(LOCAL, "blind", str(planted.footage))
    with pytest.raises(NotFound):
        access.revoke(LOCAL, "blind", str(planted.footage))


def test_a_token_of_a_user_sees_what_the_user_sees(planted: Planted) -> None:
    http = planted.client()
    own = planted.token("veras", "read", "search", user="vera")
    free = planted.token("free", "read")
    assert len(http.get("/api/v1/assets", headers=own).json()) == 3
    assert len(http.get("/api/v1/assets", headers=free).json()) == 6


def test_explain_says_why(planted: Planted) -> None:
    access = planted.access
    seen = access.explain(LOCAL, "vera", planted.shown["seen.mp4"])
    place = str(planted.footage / VISIBLE)
    assert seen.visible
    assert seen.reasons == (f"user:vera may see {place}, where a file of it lies in {place}.",)
    hidden = access.explain(LOCAL, "vera", planted.hidden["hush_a.mp4"])
    assert not hidden.visible
    assert hidden.reasons == ("No grant to vera or to the role viewer holds a folder of its files.",)
    boss = access.explain(LOCAL, "root", planted.hidden["hush_a.mp4"])
    assert boss.visible and boss.reasons == ("The role admin sees everything.",)
    for name, sha1 in {**planted.hidden, **planted.shown}.items():
        for user in ("vera", "blind", "root"):
            http = planted.logged_in(user)
            status = http.get(f"/api/v1/assets/{sha1}").status_code
            assert access.explain(LOCAL, user, sha1).visible == (status == 200), (user, name)
