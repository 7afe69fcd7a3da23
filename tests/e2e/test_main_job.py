"""The whole pipeline in one deployment: a real ffmpeg and broker, and the tiny model; words find the right second."""

import io
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from dampipe.app.demo.footage import CLIPS, SCENE_SECONDS
from dampipe.media.ffmpeg.binary import find_ffmpeg
from tests.ports import free_port
from tests.support.demo_clips import DemoClips
from tests.support.deployment import ROOT, Deployment

ODD_NAMES = ("two words.mp4", 'it\'s "quoted".mp4', "emoji 🎬.mp4", "-dash.mp4", "100%.mp4")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Path:
    """The demo's clips, copies of them, and files that cannot be processed."""
    folder = tmp_path_factory.mktemp("footage")
    clips = demo_clips(folder)
    whole = clips[0].read_bytes()
    (folder / "copy").mkdir()
    (folder / "copy" / "the same again.mp4").write_bytes(whole)
    for number, name in enumerate(ODD_NAMES):
        (folder / name).write_bytes(clips[1].read_bytes() + b"\0" * (number + 8))  # still plays, other hash
    with open(os.fsencode(folder) + b"/caf\xe9.mp4", "wb") as file:
        file.write(clips[2].read_bytes() + b"\0" * 8)
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no film\n" * 100)
    (folder / "cut off.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("not footage at all")
    return folder


COPIES = {"A001_C002.mp4": ODD_NAMES, "A001_C003.mp4": ("caf\\xe9.mp4",)}
"""Files with the same footage as a clip."""
GOOD = len(CLIPS) + len(ODD_NAMES) + 1
BAD = {"empty.mp4": "empty", "text.mp4": "", "cut off.mp4": ""}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path_factory.mktemp("home"), model="tiny", flower_port=free_port())
    try:
        made.up()
        made.wait_for(lambda: made.is_known_to_flower(5))
        made.enqueued = made.json("enqueue", "--wait", folder, code=3)  # type: ignore[attr-defined]
        made.wait_for(lambda: made.finished("refine", GOOD))
        yield made
        assert made.down() == 0
        assert made.processes("") == []
    finally:
        made.kill_all()


def get(deployment: Deployment, path: str, **headers: str) -> httpx.Response:
    """Get a path of the API."""
    return httpx.get(deployment.api(path), headers=headers, timeout=60)


def test_enqueue_reports_the_results(deployment: Deployment) -> None:
    answer: dict[str, Any] = deployment.enqueued  # type: ignore[attr-defined]
    assert {key: answer[key] for key in ("scan", "found", "new", "unchanged", "done", "failed")} == {
        "scan": 1,
        "found": GOOD + 1 + len(BAD),
        "new": GOOD + 1 + len(BAD),
        "unchanged": 0,
        "done": GOOD + 1,
        "failed": len(BAD),
    }


def test_the_same_content_at_two_paths_is_one_asset(deployment: Deployment, folder: Path) -> None:
    details = deployment.json("show", folder / "A001_C001.mp4")
    assert set(details["video"]["paths"]) == {
        str(folder / "A001_C001.mp4"),
        str(folder / "copy" / "the same again.mp4"),
    }
    assert details == deployment.json("show", folder / "copy" / "the same again.mp4")
    stages = Counter(run["stage"] for run in details["runs"])
    assert stages == {"hash": 2, "probe": 1, "preview": 1, "embed": 1, "index": 1, "proxy": 1, "refine": 1}


def test_status_counts_every_stage(deployment: Deployment) -> None:
    status = deployment.json("status")
    keys = {"assets", "locations", "scans", "stages", "workers", "running", "derivatives", "subscribers"}
    assert set(status) == keys
    assert status["derivatives"] == {
        "sampled": min(status["derivatives"]["sampled"], 16),
        "missing": 0,
        "away": False,
        "problem": "",
    }
    assert list(status["stages"]) == ["hash", "probe", "preview", "embed", "index", "proxy", "refine"]
    assert set(status["stages"]["hash"]) == {"waiting", "running", "done", "failed", "skipped", "on_hold"}
    for stage in ("preview", "embed", "index", "proxy", "refine"):
        assert status["stages"][stage]["done"] == GOOD
    assert {name.partition("@")[0] for name in (w["name"] for w in status["workers"])} == {
        "scan",
        "media",
        "embed",
        "index",
        "proxy",
    }


@pytest.mark.parametrize(
    ("clip", "number"), [(clip, number) for clip, scenes in CLIPS.items() for number in range(len(scenes))]
)
def test_words_find_the_clip_and_the_second(
    deployment: Deployment, folder: Path, clip: str, number: int
) -> None:
    scene = CLIPS[clip][number]
    hits = get(deployment, f"/search?q=a {scene.colour} {scene.shape}").json()["hits"]
    assert hits[0]["name"] in COPIES.get(clip, ()) or hits[0]["name"] == clip, hits[:3]
    assert number * SCENE_SECONDS - 0.05 <= hits[0]["moments"][0]["time"] < (number + 1) * SCENE_SECONDS, (
        hits[:3]
    )


def test_search_prints_moments(deployment: Deployment, folder: Path) -> None:
    printed = deployment.run("search", "a", "yellow", "triangle")
    assert "A001_C001.mp4" in printed or "the same again.mp4" in printed
    hits = deployment.json("search", "a yellow triangle", "--weak", "-n", "2")["hits"]
    assert len(hits) == 2 and {"asset", "path", "moments", "score"} <= set(hits[0])
    assert hits[0]["score"] >= hits[1]["score"]
    found = deployment.json("search", "a yellow triangle", "-n", "2")
    assert [hit["asset"] for hit in found["hits"]] == [hits[0]["asset"]], "only one clip shows one"
    assert found["weaker"]


def test_search_loads_no_model_where_the_page_has_one(deployment: Deployment) -> None:
    deployment.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    try:
        deployment.run("search", "a", "word", "that", "nobody", "has", "asked", "for")
    finally:
        del deployment.environment["PYTHONPROFILEIMPORTTIME"]
    assert "dampipe.features.search" in deployment.errors
    assert not re.search(r"\btorch\b", deployment.errors)


def test_search_by_a_picture(deployment: Deployment, folder: Path, tmp_path: Path) -> None:
    from dampipe.vision.tiny.drawing import draw

    Image.fromarray(draw("star", "yellow", "navy", (200, 200))).save(tmp_path / "star.png")
    [hit] = deployment.json("search", "--image", tmp_path / "star.png", "-n", "1")["hits"]
    assert hit["moments"][0]["time"] < SCENE_SECONDS
    url = deployment.api("/search?limit=1&kind=video")
    posted = httpx.post(url, content=(tmp_path / "star.png").read_bytes(), timeout=60).json()
    assert posted["hits"] == [hit]
    (tmp_path / "no.png").write_text("no picture")
    deployment.run("search", "--image", tmp_path / "no.png", code=2)
    assert "the picture cannot be read" in deployment.errors


def test_failures_say_why_in_plain_words(deployment: Deployment, folder: Path) -> None:
    failures = {Path(f["path"]).name: f for f in deployment.json("failures")}
    assert set(failures) == set(BAD)
    for failure in failures.values():
        assert {"asset", "path", "stage", "kind", "reason"} <= set(failure)
        assert failure["kind"] == "bad_media"
        assert "Traceback" not in failure["reason"] and len(failure["reason"]) < 250
    assert "empty" in failures["empty.mp4"]["reason"]
    printed = deployment.run("failures")
    assert all(name in printed for name in BAD)


def test_a_second_enqueue_finds_nothing_new_and_starts_nothing(deployment: Deployment, folder: Path) -> None:
    before = deployment.done_events()
    answer = deployment.json("enqueue", "--wait", folder)
    assert (answer["new"], answer["changed"], answer["found"]) == (0, 0, answer["unchanged"])
    assert deployment.done_events() == before


def test_show_finds_an_asset_by_path_and_by_prefix(deployment: Deployment, folder: Path) -> None:
    by_path = deployment.json("show", folder / "A001_C003.mp4")
    media = by_path["video"]["media"]
    assert (media["kind"], media["video"]["width"], media["video"]["rate"]) == ("video", 640, "25/1")
    assert abs(media["duration"] - 4 * SCENE_SECONDS) < 0.1
    assert {d["kind"] for d in by_path["video"]["derivatives"]} == {
        "poster",
        "sprite",
        "sprite_vtt",
        "frames",
        "waveform",
        "signatures",
        "proxy",
    }
    assert by_path == deployment.json("show", by_path["video"]["sha1"][:8])
    deployment.run("show", "ffffffffff", code=7)
    deployment.run("show", "xyz", code=7)
    assert "no file in the library is called 'xyz'" in deployment.errors
    deployment.run("show", folder / "notes.txt", code=7)


def test_odd_names_are_shown_as_text(deployment: Deployment, folder: Path) -> None:
    names = {Path(path).name for video in get(deployment, "/assets").json() for path in video["paths"]}
    assert set(ODD_NAMES) <= names
    assert "caf\\xe9.mp4" in names


def test_derivatives_are_whole_and_can_be_fetched_in_parts(deployment: Deployment, folder: Path) -> None:
    asset = deployment.json("show", folder / "A001_C003.mp4")["video"]["sha1"]
    base = f"/assets/{asset}"
    poster = get(deployment, f"{base}/poster")
    assert Image.open(io.BytesIO(poster.content)).size[1] >= 300
    whole = get(deployment, f"{base}/proxy")
    assert whole.headers["content-type"] == "video/mp4" and whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-disposition"].endswith("A001_C003.mp4")
    part = get(deployment, f"{base}/proxy", Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    assert get(deployment, f"{base}/proxy", Range="bytes=999999999-").status_code == 416
    response = httpx.head(deployment.api(f"{base}/proxy"), timeout=60)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(whole.content))
    assert whole.content.index(b"moov") < whole.content.index(b"mdat"), "not ready to stream"
    vtt = get(deployment, f"{base}/sprite_vtt").text
    assert vtt.startswith("WEBVTT") and "sprite.jpg#xywh=" in vtt
    assert get(deployment, f"{base}/sprite.jpg").headers["content-type"] == "image/jpeg"
    assert get(deployment, f"{base}/nonsense").status_code == 404


def test_no_temporary_file_is_left(deployment: Deployment) -> None:
    left = [path for path in (deployment.home / "derivatives" / ".tmp").rglob("*") if path.is_file()]
    assert left == []


def test_every_proxy_decodes_to_its_end(deployment: Deployment) -> None:
    ffmpeg = find_ffmpeg()
    for proxy in (deployment.home / "derivatives").rglob("proxy.mp4"):
        done = subprocess.run(
            [ffmpeg.path, "-v", "error", "-xerror", "-i", proxy, "-f", "null", "-"],
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")


def test_the_api_submits_and_follows_a_scan(deployment: Deployment, folder: Path) -> None:
    url = deployment.api("/scans")
    absent = f"{folder}/no/such"
    answer = httpx.post(url, json={"paths": [str(folder), absent]}, timeout=60)
    assert answer.status_code == 202
    assert answer.json()["absent"] == [absent]
    scan = answer.json()["scan"]
    deployment.wait_for(lambda: get(deployment, f"/scans/{scan}").json()["state"] == "walked")
    assert get(deployment, f"/scans/{scan}").json()["new"] == 0
    assert httpx.post(url, json={"paths": [absent]}, timeout=60).status_code == 404
    for outside in ("/no/such", "/etc"):
        assert httpx.post(url, json={"paths": [outside]}, timeout=60).status_code == 403
    assert httpx.post(url, json={"paths": ["relative"]}, timeout=60).status_code == 422
    assert httpx.post(url, json={"path": 1}, timeout=60).json()["detail"].startswith("body.paths")
    assert get(deployment, "/scans/999").status_code == 404


def test_the_api_pages_through_assets(deployment: Deployment) -> None:
    seen: list[str] = []
    while True:
        after = f"&after={seen[-1]}" if seen else ""
        page = [video["sha1"] for video in get(deployment, f"/assets?limit=4{after}").json()]
        if not page:
            break
        seen += page
    assert len(seen) == len(set(seen)) == deployment.json("status")["assets"]


def test_the_api_is_healthy_and_described(deployment: Deployment) -> None:
    health = get(deployment, "/health?workers=true").json()
    assert (health["catalogue"], health["broker"], health["workers"]) == ("ok", "ok", "ok")
    described = httpx.get(deployment.url("/openapi.json"), timeout=60).json()
    snapshot = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert set(described["paths"]) == set(snapshot["paths"])


def test_flower_shows_a_task_per_stage_with_the_files_name(deployment: Deployment) -> None:
    port = deployment.environment["DAMPIPE_FLOWER_PORT"]
    columns = [
        {"data": name, "name": "", "searchable": "true", "orderable": "true"} for name in ("name", "args")
    ]
    form = {"draw": "1", "start": "0", "length": "500", "search[value]": "", "order[0][column]": "0",
            "order[0][dir]": "asc"}  # fmt: skip
    for number, column in enumerate(columns):
        form |= {f"columns[{number}][{key}]": value for key, value in column.items()}
    page = httpx.get(f"http://127.0.0.1:{port}/tasks", timeout=60)
    assert page.status_code == 200
    answer = httpx.get(f"http://127.0.0.1:{port}/tasks/datatable", params=form, timeout=60)
    tasks = json.loads(answer.text)["data"]
    arguments = {task["name"]: [t["args"] for t in tasks if t["name"] == task["name"]] for task in tasks}
    for stage in ("hash", "probe", "preview", "embed", "proxy"):
        assert any("A001_C003.mp4" in text for text in arguments[f"dampipe.{stage}"]), stage
    failed = {task["name"] for task in tasks if task["state"] == "FAILURE"}
    assert failed == {"dampipe.hash", "dampipe.probe"}


def test_wrong_commands_get_one_clear_line(deployment: Deployment, tmp_path: Path) -> None:
    deployment.run("enqueue", tmp_path / "nowhere", code=7)
    assert "no such file or folder" in deployment.errors and len(deployment.errors.splitlines()) == 2
    (tmp_path / "nothing here").mkdir()
    assert "no media files found" in deployment.run("enqueue", "--wait", tmp_path / "nothing here")
    deployment.run("search", code=2)
    deployment.run("retry", "--stage", "nonsense", code=2)
    deployment.run("worker", "--queues", "nonsense", code=2)
    deployment.run("nonsense", code=2)
    deployment.run("up", code=8)
    assert "already running" in deployment.errors


def test_doctor_finds_everything_fine(deployment: Deployment) -> None:
    findings = {finding["what"]: finding for finding in deployment.json("doctor")}
    assert {name: f["verdict"] for name, f in findings.items() if f["verdict"] == "broken"} == {}
    assert "software encodes" in findings["acceleration"]["found"]
    assert findings["workers"]["verdict"] == "fine"
    assert findings["sandbox"]["verdict"] in ("fine", "warning")


def test_a_lost_index_is_rebuilt_automatically(deployment: Deployment) -> None:
    [before] = deployment.json("index", "check")
    shutil.rmtree(deployment.home / "index")
    deployment.wait_for(lambda: deployment.json("index", "check", code=None) == [before])
    assert before["vectors"]
