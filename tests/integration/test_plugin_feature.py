"""The worked example of CONTRIBUTING.md as a plug-in: a table, a command, an endpoint, a detail, a filter and a stage.

It runs in a process of its own, since a plug-in is found once a process and adds tables to the metadata of all.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.app.demo.clips import make_clip
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.support.commands import run_command
from tests.support.examples import python_examples

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
import dampipe
from fastapi.testclient import TestClient
from dampipe.kernel.container import Services
from dampipe.web.app import create_app

footage = sys.argv[1]
with dampipe.open(model="tiny", in_process=True, settle=0.0) as library:
    library.add(footage)
    library.process()
    assets = {video.name: video.sha1 for video in library.videos()}
    http = TestClient(create_app(library.service(Services)), base_url="http://127.0.0.1")
    put = http.put(f"/api/v1/assets/{assets['plain.mp4']}/rating", params={"stars": 5})
    wrong = http.put(f"/api/v1/assets/{assets['plain.mp4']}/rating", params={"stars": 6})
    print(json.dumps({
        "stars": {name: http.get(f"/api/v1/assets/{sha1}").json()["stars"] for name, sha1 in assets.items()},
        "put": put.status_code,
        "wrong": [wrong.status_code, wrong.json()["code"]],
        "filtered": [hit.name for hit in library.search(stars="3").hits],
        "fields": [field["name"] for field in http.get("/api/v1/filters").json()],
        "openapi": "stars" in http.get("/openapi.json").json()["components"]["schemas"]["Details"]["properties"],
    }))
"""


def picture(shade: int) -> NDArray[np.uint8]:
    return np.full((180, 320, 3), shade, np.uint8)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "plugins").mkdir()
    (home / "plugins" / "ratings.py").write_text(python_examples("Add a feature")[0])
    footage = home / "footage"
    footage.mkdir()
    ffmpeg = find_ffmpeg(None)
    make_clip(ffmpeg, footage / "plain.mp4", [(picture(30), 1.0)])
    make_clip(ffmpeg, footage / "best++.mp4", [(picture(200), 1.0)])
    return home


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DAMPIPE_HOME": str(home), "DAMPIPE_MODEL": "tiny", "PYTHONPATH": str(ROOT)}
    if arguments[:2] == ("-m", "dampipe"):
        return run_command(*arguments[2:], environment=environment)
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=170
    )


def test_the_example_works_in_every_face_and_in_the_pipeline(home: Path) -> None:
    ran = run(home, "-c", PROGRAM, str(home / "footage"))
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout.splitlines()[-1])
    assert answer["stars"] == {"plain.mp4": 5, "best++.mp4": 2}
    assert (answer["put"], answer["wrong"]) == (204, [422, "rating.invalid"])
    assert answer["filtered"] == ["plain.mp4"]
    assert "stars" in answer["fields"] and answer["openapi"]
    clip = str(home / "footage" / "best++.mp4")
    assert run(home, "-m", "dampipe", "rate", clip, "4").stdout == f"{clip} rated 4\n"
    assert "★★★★" in run(home, "-m", "dampipe", "show", clip).stdout
    found = run(home, "-m", "dampipe", "search", "--stars", "4", "--json")
    assert {hit["name"] for hit in json.loads(found.stdout)["hits"]} == {"plain.mp4", "best++.mp4"}
    wrong = run(home, "-m", "dampipe", "rate", clip, "9")
    assert wrong.returncode == 2
    assert wrong.stderr == "dampipe: 9 is not a valid rating\n  `dampipe rate --help` shows the arguments.\n"
    assert "rate  " in run(home, "-m", "dampipe", "--help").stdout


def test_a_broken_plug_in_keeps_nothing_from_working_and_the_doctor_names_it(home: Path) -> None:
    broken = home / "plugins" / "zz_broken.py"
    broken.write_text("import nothing_of_that_name\n")
    try:
        assert run(home, "-m", "dampipe", "tag", "list").returncode == 0
        ran = run(home, "-m", "dampipe", "doctor", "--json")
        [finding] = [one for one in json.loads(ran.stdout) if one["what"] == "plug-ins"]
        assert finding["verdict"] == "warning"
        assert str(broken) in finding["found"] and "nothing_of_that_name" in finding["found"]
    finally:
        broken.unlink()
