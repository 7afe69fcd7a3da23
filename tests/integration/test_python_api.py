"""The Python API: the examples of docs/python.md, and that a video added by it is processed as a scanned one."""

import re
from contextlib import suppress
from os import getpid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import dampipe
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput, NotFound, Permanent
from dampipe.kernel.events.tables import EVENT
from dampipe.media.info import MediaInfo
from dampipe.storage.context import current_storage
from tests.support.demo_clips import DemoClips

DOCUMENT = Path(__file__).parents[2] / "docs" / "python.md"


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, demo_clips: DemoClips) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    demo_clips(folder)
    return folder


def open_library(home: Path, **settings: Any) -> Any:
    return dampipe.open(home=home, model="tiny", in_process=True, **{"settle": 0.0, **settings})


def test_the_examples_of_the_document(footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAMPIPE_SETTLE", "0")
    names: dict[str, Any] = {"home": tmp_path, "footage": footage}
    for example in re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S):
        exec(compile(example, str(DOCUMENT), "exec"), names)
    assert names["found"].hits[0].name == "A001_C001.mp4"
    assert names["details"].tags == ("interview",)
    assert names["size"] > 1000
    assert [hit.asset for hit in names["tagged"]] == [names["video"].sha1]
    assert len(names["names"]) == 5


def test_a_video_added_by_hand_has_the_runs_and_events_of_a_scanned_one(
    footage: Path, tmp_path: Path
) -> None:
    clip = sorted(footage.iterdir())[0]
    rows = {}
    for name in ("scanned", "added"):
        with open_library(tmp_path / name) as library:
            if name == "scanned":
                library.add(clip)
            else:
                assert library.add_video(clip).name == clip.name
            assert library.process() > 0
            with library.service(Database).read() as connection:
                runs = connection.execute(
                    select(RUN.c.stage, RUN.c.state).where(RUN.c.stage != "hash").order_by(RUN.c.stage)
                )
                events = connection.execute(select(EVENT.c.name, EVENT.c.data).order_by(EVENT.c.id)).all()
                rows[name] = (runs.all(), [event for event in events if '"hash"' not in event.data])
            assert [hit.name for hit in library.search("red").hits] == [clip.name]
    assert rows["added"] == rows["scanned"]


def test_a_known_video_is_not_processed_again(footage: Path, tmp_path: Path) -> None:
    clip = sorted(footage.iterdir())[0]
    with open_library(tmp_path) as library:
        first = library.add_video(clip)
        library.process()
        assert (
            library.add_video(
                clip,
                first.sha1,
                MediaInfo.model_validate(first.media or library.show(first.sha1).video.media),
            ).sha1
            == first.sha1
        )
        assert library.process() == 0


def test_what_is_wrong_is_said(footage: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no_such_setting"):
        open_library(tmp_path, no_such_setting=1)
    with open_library(tmp_path) as library:
        with pytest.raises(NotFound, match="no file"):
            library.add_video(tmp_path / "none.mp4")
        with pytest.raises(NotFound):
            library.add(tmp_path / "none")
        with pytest.raises(TypeError, match="unexpected argument 'colour'"):
            library.search("red", colour="blue")
        with pytest.raises(InvalidInput):
            library.search(since="soon")
        with pytest.raises(InvalidInput):
            library.add_video(sorted(footage.iterdir())[0], sha1="XYZ")
        assert current_storage() is library.storage
    with pytest.raises(Permanent):
        current_storage()


def helpers() -> list[str]:
    """Command lines of the child processes of this one that read files."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                folder.name.isdigit()
                and int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == getpid()
            ):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [command] if "probe.helper" in command else []
    return found


def test_no_helper_process_outlives_a_closed_library(footage: Path, tmp_path: Path) -> None:
    before = helpers()
    with open_library(tmp_path) as library:
        library.add(footage)
        library.process()
        with library.open_derivative(str(sorted(footage.iterdir())[0]), "poster") as poster:
            assert library.search(image=poster.read()).hits
        assert len(helpers()) >= len(before) + 2
    assert helpers() == before
    assert library.search("red").hits, "what is asked afterwards opens what it needs"
    library.close()
