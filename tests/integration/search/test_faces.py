"""The command line and HTTP ask the same questions and say the same."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from PIL import Image

from dampipe.features.search.cli.options import SearchCommand, search_options, search_request
from dampipe.features.search.cli.search import _export, command
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.parameters import parameters_of, request_from_parameters
from dampipe.features.tagging.service import TagService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.release import ReleaseRequest
from dampipe.timeline import Format
from dampipe.vision.tiny.drawing import COLOURS
from tests.support.searching import Searching, media, sha1

REGISTRY = FilterRegistry()


def asked(arguments: list[str]) -> SearchRequest:
    """What the command line makes of its arguments."""
    got: list[SearchRequest] = []

    @click.command(cls=SearchCommand)
    @search_options(REGISTRY)
    def command(**given: Any) -> None:
        got.append(search_request(REGISTRY, **given))

    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return got[0]


def test_a_question_is_the_same_on_both_faces() -> None:
    every = {
        "without": ["x", "y z"], "like": ["c3805cf3@1.5"], "only": "vision", "source": ["nas"],
        "folder": ["a", "b"], "since": "2024", "until": "2024-05", "age": "30d", "camera": ["sony"], "duration": "10+",
        "codec": ["hevc"], "resolution": "4k", "orientation": ["portrait"], "tag": ["t", "u"],
        "kind": ["video", "still"], "moments": 5, "limit": 7, "offset": 3,
        "field": ["rating>=3", "title"], "rights": ["active"], "licence": ["agency"], "state": ["draft"],
        "assignee": ["mia"], "due": ["week"], "where": "rating>=3 and not has:title",
        "machine_tag": ["beach"], "subclip": ["wide"], "collection": ["Selects"], "comments": ["open"],
        "commented_by": ["mia"],
    }  # fmt: skip
    arguments = ["red", "car -blue", "--flat", "--strong", "--all-versions"]
    for name, value in every.items():
        for one in value if isinstance(value, list) else [value]:
            arguments += [f"--{name.replace('_', '-')}", str(one)]
    parameters = parameters_of(SearchRequest, REGISTRY)
    flags = {"flat": True, "strong": True, "all_versions": True}
    given = parameters.model_validate({"q": "red car -blue", **flags, **every})
    request = request_from_parameters(SearchRequest, REGISTRY)
    assert asked(arguments) == request(given)
    sorted_list = parameters.model_validate({"sort": "-rating", "tag": ["t"]})  # what words find is ranked
    assert asked(["--sort=-rating", "--tag", "t"]) == request(sorted_list)
    assert {"q", "sort", *flags, *every} == set(parameters.model_fields)


def test_wrong_values_are_refused_in_words(http: TestClient) -> None:
    with pytest.raises(click.UsageError, match="invalid date 'soon'"):
        asked(["red", "--since", "soon"])
    answer = http.get("/api/v1/search", params={"q": "red", "since": "soon"})
    assert answer.status_code == 422
    assert "invalid date 'soon'" in answer.json()["detail"]
    assert "Value error" not in answer.json()["detail"], "that is how it is checked, not what is wrong"
    assert http.get("/api/v1/search", params={"q": "red", "tag": "none"}).status_code == 404


def test_what_is_mistyped_is_not_passed_by(http: TestClient) -> None:
    for answer, name in (
        (http.get("/api/v1/search", params={"q": "red", "tags": "best"}), "query.tags"),
        (http.post("/api/v1/search", params={"tags": "best"}, content=b"x"), "query.tags"),
        (http.post("/api/v1/scans", json={"paths": ["/"], "prority": 1}), "body.prority"),
        (http.post("/api/v1/retry", json={"stages": "embed"}), "body.stages"),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (422, f"{name}: there is no such parameter")


def test_every_error_says_what_to_do(http: TestClient) -> None:
    for answer in (http.get("/api/v1/nope"), http.delete("/api/v1/search")):
        assert (
            set(answer.json()) == {"detail", "hint", "code", "parameters"}
            and "/docs" in answer.json()["hint"]
        )
    problem = http.get("/api/v1/search", params={"duration": "60-10"}).json()
    assert (problem["code"], problem["parameters"]) == ("range.reversed", {"value": "60-10"})
    assert problem["detail"] == "the range '60-10' begins after its end" and problem["hint"]


def test_even_a_bug_is_told_in_json(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert http.get(f"/api/v1/scans/{2**63}").status_code == 422
    monkeypatch.setattr(TagService, "all", lambda *_: 1 / 0)
    answer = TestClient(http.app, "http://127.0.0.1", raise_server_exceptions=False).get("/api/v1/tags")
    assert (answer.status_code, answer.json()["detail"]) == (500, "internal error: ZeroDivisionError")


def test_sources_over_http(http: TestClient, here: Searching) -> None:
    [source] = http.get("/api/v1/sources").json()
    assert (source["name"], source["root"], source["present"]) == ("footage", str(here.root), 2)


def test_search_over_http(http: TestClient, here: Searching) -> None:
    found = http.get("/api/v1/search", params={"q": "blue", "camera": "fx3", "flat": True}).json()
    first = found["hits"][0]
    assert (first["name"], first["moments"][0]["time"]) == ("a.mp4", 5.0)
    picture = io.BytesIO()
    Image.new("RGB", (32, 32), COLOURS["red"]).save(picture, "JPEG")
    found = http.post("/api/v1/search", params={"limit": 1}, content=picture.getvalue()).json()
    assert (found["hits"][0]["name"], found["more"]) == ("a.mp4", True)
    found = http.post("/api/v1/search", params={"q": "-blue", "limit": 1}, content=picture.getvalue()).json()
    assert found["hits"], "a picture without unwanted words"
    assert http.post("/api/v1/search", content=b"").status_code == 422
    found = http.get("/api/v1/search", params={"like": f"{here.root}/day/a.mp4@5"}).json()
    assert found["hits"][0]["name"] == "b.mp4", "a moment of a file that is named by its path"
    assert http.get("/api/v1/search", params={"like": f"{here.root}/day/none.mp4"}).status_code == 404
    everything = http.get("/api/v1/search").json()["hits"]
    assert [hit["name"] for hit in everything] == ["b.mp4", "a.mp4"]


def test_export_over_http(http: TestClient) -> None:
    answer = http.get("/api/v1/search/export", params={"q": "red", "format": "csv", "limit": 1})
    assert answer.headers["content-disposition"] == 'attachment; filename="dampipe.csv"'
    [_, row] = csv.reader(io.StringIO(answer.text))
    assert (row[1], row[3], row[4]) == ("a.mp4", "0.000", "5.000")
    assert http.get("/api/v1/search/export", params={"q": "red", "format": "mp4"}).status_code == 422
    assert "<asset-clip " in http.get("/api/v1/search/export", params={"q": "red", "format": "fcpxml"}).text
    assert "FROM CLIP NAME" in http.get("/api/v1/search/export", params={"format": "edl"}).text


def test_a_time_code_that_does_not_fit_stops_no_export_on_either_face(
    http: TestClient, here: Searching, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    unfit = {"x.mov": "01:00:03;18", "y.mov": "10:00:00:42", "é.mov": "25:00:00:00"}
    for name, code in unfit.items():
        here.add(f"odd/{name}", ["red"], media().model_copy(update={"timecode": code}))
    here.storage.advance(here.embedder.fingerprint)
    for form in Format:
        answer = http.get("/api/v1/search/export", params={"q": "red", "format": form, "limit": 20})
        assert answer.status_code == 200
        warnings = json.loads(answer.headers["dampipe-warnings"])
        assert sorted(warning.split(":")[0] for warning in warnings) == sorted(unfit)
        clips = here.clips.clips(LOCAL, here.find("red", limit=20))
        with click.Context(command, obj=here.services):
            _export(clips, tmp_path / f"cut.{form}", form, ReleaseRequest())
        printed = capsys.readouterr().err.splitlines()
        assert [line for line in printed if line.startswith("warning: ")] == [
            f"warning: {one}" for one in warnings
        ]
        assert "x.mov" in answer.text and "x.mov" in (tmp_path / f"cut.{form}").read_text()
    fine = http.get("/api/v1/search/export", params={"camera": "fx3", "format": "edl"})
    assert "dampipe-warnings" not in fine.headers


def test_the_warnings_of_a_large_export_fit_into_a_header(http: TestClient, here: Searching) -> None:
    for number in range(30):
        name = f"odd/{number}{'n' * 180}.mov"
        here.add(name, [], media(camera="odd").model_copy(update={"timecode": "25:00:00:00"}))
    answer = http.get("/api/v1/search/export", params={"camera": "odd", "format": "edl", "limit": 30})
    header = answer.headers["dampipe-warnings"]
    assert len(header) < 5000 and json.loads(header)[-1] == "and 11 more"


def test_tags_over_http(http: TestClient) -> None:
    asset = sha1("day/b.mp4")
    for _ in range(2):
        assert http.post(f"/api/v1/assets/{asset[:9]}/tags", json={"name": " best "}).status_code == 204
    assert http.get("/api/v1/tags").json() == [{"name": "best", "assets": 1}]
    assert [hit["name"] for hit in http.get("/api/v1/search?tag=best").json()["hits"]] == ["b.mp4"]
    assert http.get(f"/api/v1/assets/{asset}").json()["tags"] == ["best"]
    assert http.delete(f"/api/v1/assets/{asset}/tags/best").status_code == 204
    assert http.get("/api/v1/tags").json() == []
    assert http.post(f"/api/v1/assets/{asset}/tags", json={"name": "day/night"}).status_code == 204
    assert http.delete(f"/api/v1/assets/{asset}/tags/day%2Fnight").status_code == 204
    assert http.get("/api/v1/tags").json() == []
    assert http.post(f"/api/v1/assets/{asset}/tags", json={"name": "  "}).status_code == 422
    assert http.post("/api/v1/assets/ffffffff/tags", json={"name": "x"}).status_code == 404


def test_duplicates_over_http(http: TestClient, here: Searching, tmp_path: Path) -> None:
    copy = tmp_path / "footage" / "copy.mp4"
    copy.write_bytes((tmp_path / "footage" / "day" / "a.mp4").read_bytes())
    here.catalog.add_video(copy, sha1("day/a.mp4"))
    found = http.get("/api/v1/duplicates", params={"near": True}).json()
    assert [len(one["paths"]) for one in found["exact"]] == [2]
    assert (found["near"], found["unknown"]) == ([], 2)
