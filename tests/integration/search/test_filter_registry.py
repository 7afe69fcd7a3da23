"""A filter is one declaration: every face and the SQL of a search derive from it, for fields of plug-ins, too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dampipe.app.features import features
from dampipe.features.assets.tables import VERSION
from dampipe.features.search.cli.options import SearchCommand, search_options, search_request
from dampipe.features.search.http import make_router
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.text_index import TextIndex
from dampipe.kernel import feature as kernel
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.documents.text import DocumentText
from dampipe.kernel.errors import CannotStart, ErrorCode, InvalidInput
from dampipe.kernel.feature import Feature, register_features
from dampipe.kernel.filter import FilterContext, FilterField, FilterRegistry, Restriction
from tests.support.searching import Searching, sha1

NOT_A_SIZE = ErrorCode("size.invalid", "invalid size {value!r}", "Give bytes.")


def parse_size(text: str) -> int:
    if not text.isdigit():
        raise InvalidInput(NOT_A_SIZE, value=text)
    return int(text)


def larger(_: FilterContext, sizes: Sequence[int]) -> Restriction:
    return Restriction(where=VERSION.c.size >= sizes[0])


def numbered(_: FilterContext, numbers: Sequence[int]) -> Restriction:
    return Restriction(assets=AssetSet(numbers))


def sizes_there_are(_: FilterContext) -> list[str]:
    return ["7", "8"]


FIELDS = (
    FilterField(
        "min_size",
        "Size",
        "At least as many bytes.",
        restrict=larger,
        parse=parse_size,
        multiple=False,
        metavar="BYTES",
        example="1000",
        suggest=sizes_there_are,
    ),
    FilterField("number", "Number", "The asset of this number.", restrict=numbered, parse=int),
)


def shouted(connection: Any, assets: Any) -> list[DocumentText]:
    return [DocumentText(asset, f"Shouted{asset}", "Shout") for asset in assets]


PLUGIN = Feature("sizes", __name__, filters=(f"{__name__}:FIELDS",), documents=(f"{__name__}:shouted",))


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Searching]:
    """A library with a plug-in's feature: files of 8 and 9 bytes, numbers 1 and 2."""
    monkeypatch.setattr(kernel, "_source", None)
    monkeypatch.setattr(kernel, "load_dotted", _load(kernel.load_dotted))
    register_features(lambda: [*features(), PLUGIN])
    made = Searching(f"sqlite:///{tmp_path / 'c.sqlite'}", tmp_path)
    made.add("a/a.mp4", ["red"])
    made.add("aa/aa.mp4", ["red"])
    yield made
    made.close()


def _load(load: Any) -> Any:
    """This module is not on the path of modules that tests import by name."""
    own = {f"{__name__}:FIELDS": FIELDS, f"{__name__}:shouted": shouted}
    return lambda name: own[name] if name in own else load(name)


@pytest.mark.parametrize("words", ["", "red"])
def test_a_plugins_filter_narrows_browsing_and_searching(plugged: Searching, words: str) -> None:
    assert plugged.names(words, min_size="8") == ["aa.mp4"]
    assert plugged.names(words, number=["1"]) == ["a.mp4"]
    assert plugged.names(words, number=["1", "2"], min_size="8", folder=["a"]) == []
    assert sorted(plugged.names(words, number=["1", "2"])) == ["a.mp4", "aa.mp4"]
    assert plugged.names(words, number=["77"]) == []


def test_a_plugins_words_are_found(plugged: Searching) -> None:
    assert plugged.names("shouted2", only="words") == ["aa.mp4"]
    (hit,) = plugged.find("shouted2", only="words").hits
    assert [(one.field, one.text, one.marks) for one in hit.passages] == [("Shout", "Shouted2", ((0, 8),))]
    with_none = TextIndex(plugged.catalog.database, contributors=())
    assert with_none.refresh() == 0, "nothing is rebuilt that is not dirty"


def test_a_plugins_filter_is_an_option(plugged: Searching) -> None:
    registry = FilterRegistry()
    got: list[SearchRequest] = []

    @click.command(cls=SearchCommand)
    @search_options(registry)
    def command(**given: Any) -> None:
        got.append(search_request(registry, **given))

    shown = CliRunner().invoke(command, ["--help"]).output
    assert "--min-size BYTES" in shown and "At least as many bytes." in shown
    CliRunner().invoke(command, ["--min-size", "8", "--number", "1", "--number", "2"])
    assert got[0].filters == {"min_size": ("8",), "number": ("1", "2")}
    wrong = CliRunner().invoke(command, ["--min-size", "big"])
    assert wrong.exit_code == 2 and "invalid size 'big'. Give bytes." in wrong.output


def test_a_plugins_filter_is_a_parameter_and_an_input(plugged: Searching) -> None:
    app = FastAPI()
    app.state.services = plugged.services
    app.state.authenticate = lambda _: LOCAL
    app.include_router(make_router(FilterRegistry()))
    http = TestClient(app)
    assert [hit["asset"] for hit in http.get("/search?min_size=8").json()["hits"]] == [sha1("aa/aa.mp4")]
    parameters = {one["name"]: one for one in app.openapi()["paths"]["/search"]["get"]["parameters"]}
    assert parameters["min_size"]["description"] == "At least as many bytes."
    [size] = [field for field in http.get("/filters").json() if field["name"] == "min_size"]
    assert size == {
        "name": "min_size", "label": "Size", "help": "At least as many bytes.", "multiple": False, "choices": [],
        "example": "1000", "suggests": True, "in_queries": "", "is_ordered": False,
    }  # fmt: skip
    assert http.get("/filters/min_size/values").json() == ["7", "8"]


def test_every_filter_of_ours_has_what_the_faces_show(http: TestClient) -> None:
    fields = http.get("/api/v1/filters").json()
    assert [field["name"] for field in fields] == [
        "source", "folder", "since", "until", "age", "camera", "duration", "codec", "resolution", "orientation", "kind",
        "tag", "rights", "licence", "state", "assignee", "due", "field", "where", "machine_tag", "subclip",
        "comments", "commented_by", "collection",
    ]  # fmt: skip
    for path, method in (
        ("/api/v1/search", "get"),
        ("/api/v1/search", "post"),
        ("/api/v1/search/export", "get"),
    ):
        described = {
            one["name"]: one["description"]
            for one in http.app.openapi()["paths"][path][method]["parameters"]  # type: ignore[attr-defined]
        }
        for field in fields:
            assert field["label"] and described[field["name"]] == field["help"] != ""
            assert field["choices"] or field["example"]
        assert all(described.values()), "every other parameter is described, too"
    http.post(f"/api/v1/assets/{sha1('day/a.mp4')}/tags", json={"name": "best"})
    assert http.get("/api/v1/filters/tag/values").json() == ["best"]
    assert http.get("/api/v1/filters/source/values").json() == ["footage"]
    problem = http.get("/api/v1/filters/kind/values")
    assert (problem.status_code, problem.json()["code"]) == (404, "filter.no_suggestions")


def test_wrong_filters_are_refused_by_code(plugged: Searching) -> None:
    for filters, code in (
        ({"colour": ["red"]}, "filter.unknown"),
        ({"kind": ["film"]}, "filter.choice_invalid"),
        ({"since": ["2024", "2025"]}, "filter.not_multiple"),
        ({"min_size": ["x"]}, "size.invalid"),
        ({"duration": ["x"]}, "duration.invalid"),
        ({"resolution": ["x"]}, "resolution.invalid"),
        ({"until": ["x"]}, "date.invalid"),
        ({"tag": ["x"]}, "tag.not_found"),
        ({"folder": ["x"]}, "asset.folder_not_found"),
    ):
        with pytest.raises(InvalidInput) as caught:
            plugged.find(**filters)
        assert caught.value.code == code and caught.value.hint


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(CannotStart, match=r"'min_size'.*another has that name"):
        FilterRegistry([*FIELDS, *FIELDS])
    with pytest.raises(CannotStart, match=r"'limit'.*every search"):
        make_router(FilterRegistry([FilterField("limit", "L", "L", restrict=larger, parse=int)]))


def test_a_query_reads_each_table_of_names_once(plugged: Searching) -> None:
    """Sources, folders and tags are looked up when the filters are resolved, and never again."""
    from sqlalchemy import event

    read: list[str] = []

    @event.listens_for(plugged.catalog.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        read.append(" ".join(statement.split()))

    assert plugged.names("red", source=["footage"], folder=["a"]) == ["a.mp4"]
    folders = [statement for statement in read if "FROM folder" in statement]
    assert len(folders) == 2, "one for the source, one for the name of a folder"
