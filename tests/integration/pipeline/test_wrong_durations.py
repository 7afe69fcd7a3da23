"""A wrong duration is corrected in the catalogue, and what relied on it is made again exactly once."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

import dampipe
from dampipe.features.assets.tables import VERSION
from dampipe.features.search.clips import ClipService
from dampipe.features.search.model import ExportRequest
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.tables import RUN
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.events.tables import EVENT
from dampipe.media.ffmpeg.binary import find_ffmpeg
from dampipe.media.info import DurationSource, MediaInfo
from dampipe.timeline import Format
from tests.support.timed_clips import clip, copy, joined

ONCE = {"hash": 1, "probe": 1, "preview": 1, "embed": 1, "index": 1, "proxy": 1, "refine": 1}
AGAIN = ONCE | {"preview": 2, "embed": 2, "index": 2}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    ffmpeg, folder = find_ffmpeg(None), tmp_path_factory.mktemp("files")
    plain = clip(ffmpeg, folder / "plain.mp4")
    part = copy(ffmpeg, plain, folder / "part.ts")
    half = clip(ffmpeg, folder / "half.mov", "-c:v", "prores_ks", seconds=8, sound=False)
    content = bytearray(half.read_bytes())
    start, end = content.index(b"mdat"), content.rindex(b"moov")
    middle = (start + end) // 2
    content[middle : end - 8] = bytes(end - 8 - middle)
    half.write_bytes(content)
    return {
        "plain": plain,
        "joined": joined(folder / "joined.ts", part, part),
        "half": half,
        "late": copy(ffmpeg, plain, folder / "late.mkv", "-output_ts_offset", "3600"),
    }


def process(home: Path, file: Path, **settings: Any) -> tuple[MediaInfo, Counter[str], list[float], Any]:
    """Process a file to its end: its facts, how often each stage ran, its frames' times, and the library."""
    library = dampipe.open(home=home, model="tiny", in_process=True, settle=0.0, **settings)
    library.add(file)
    for _ in range(5):
        library.process()
    with library.service(Database).read() as connection:
        asset = connection.execute(select(VERSION)).one()
        events = connection.execute(select(EVENT.c.data).where(EVENT.c.name == "stage.done")).scalars()
        ran = Counter(json.loads(data)["stage"] for data in events)
        runs = {run.stage: run for run in connection.execute(select(RUN)).all()}
    assert {run.state for run in runs.values()} == {"done"}
    media = MediaInfo.model_validate_json(asset.media)
    assert asset.duration == media.duration
    assert MediaInfo.model_validate_json(runs["probe"].output) == media
    frames = [frame["time"] for frame in json.loads(runs["preview"].output)["frames"]]
    return media, ran, frames, library


def test_a_right_header_is_left_alone(files: dict[str, Path], tmp_path: Path) -> None:
    media, ran, _, _ = process(tmp_path, files["plain"])
    assert (ran, media.duration_source) == (ONCE, DurationSource.HEADER)


@pytest.mark.parametrize("one_pass", [False, True])
def test_joined_recordings(one_pass: bool, files: dict[str, Path], tmp_path: Path) -> None:
    """The preview pass sees it, so that nothing is made twice."""
    media, ran, frames, library = process(tmp_path, files["joined"], one_pass=one_pass)
    assert media.duration == pytest.approx(12.0, abs=0.1)
    assert ran == ONCE
    assert frames[-1] > 9
    found = library.search(like=[f"{files['joined']}@10"])
    assert len(found.hits) == 0, "there is nothing else, but that time exists"
    hits = library.search("picture").hits
    assert [(hit.name, hit.duration) for hit in hits] == [("joined.ts", media.duration)]


def test_a_late_file_counts_from_its_start_everywhere(files: dict[str, Path], tmp_path: Path) -> None:
    """Search by example, hits and exports have the times of the proxy; the source's own start is a fact."""
    media, ran, frames, library = process(tmp_path, files["late"])
    assert (ran, media.duration, media.start) == (ONCE, pytest.approx(6.0, abs=0.05), 3600.0)
    assert frames[0] == 0.0 and 4 < frames[-1] < 6
    library.add(files["plain"])
    library.process()
    found = library.search(like=[f"{files['late']}@3"])
    assert [(hit.name, hit.moments[0].time) for hit in found.hits] == [
        ("plain.mp4", pytest.approx(3, abs=1.6))
    ]
    with pytest.raises(InvalidInput, match="0:06"):
        library.search(like=[f"{files['late']}@3603"])
    edl = library.service(ClipService).export(LOCAL, ExportRequest(words="picture", format=Format.EDL))
    spans = re.findall(r" (?:V|B) +C +(\S+) (\S+)", edl.text)
    assert [start for start, _ in spans] == ["00:00:00:00"] * 2
    assert all("00:00:05:20" < end <= "00:00:06:01" for _, end in spans), "the sound ends a frame later"


@pytest.mark.parametrize("one_pass", [False, True])
def test_what_only_the_full_decode_shows(one_pass: bool, files: dict[str, Path], tmp_path: Path) -> None:
    media, ran, frames, _ = process(tmp_path, files["half"], one_pass=one_pass)
    assert (media.duration, media.duration_source) == (pytest.approx(4.0, abs=0.3), DurationSource.DECODING)
    assert ran == (ONCE if one_pass else AGAIN)
    assert frames[0] == 0.0 and len(frames) >= 3 and frames[-1] < 4.3


def test_after_an_upgrade_only_files_with_other_facts_are_processed_again(
    files: dict[str, Path], tmp_path: Path
) -> None:
    """The facts are made those of the first probe, and its runs are deleted as for a new revision."""
    library = dampipe.open(home=tmp_path, model="tiny", in_process=True, settle=0.0)
    for name in ("plain", "late"):
        library.add(files[name])
    library.process()
    database = library.service(Database)
    with database.write() as connection:
        for row in connection.execute(select(VERSION)).all():
            facts = json.loads(row.media)
            del facts["start"], facts["video"]["start"]
            if row.name == "late.mkv":
                facts["duration"] = 3606.0
            connection.execute(update(VERSION).where(VERSION.c.id == row.id).values(media=json.dumps(facts)))
        connection.execute(delete(RUN).where(RUN.c.stage == "probe"))
        connection.execute(delete(EVENT))
    library.service(Sweep).plan_missing()
    for _ in range(3):
        library.process()
    with database.read() as connection:
        names = {row.id: row.name for row in connection.execute(select(VERSION)).all()}
        ran: dict[str, Counter[str]] = {name: Counter() for name in names.values()}
        for event in connection.execute(select(EVENT).where(EVENT.c.name == "stage.done")).all():
            ran[names[event.asset]][json.loads(event.data)["stage"]] += 1
        states = set(connection.execute(select(RUN.c.state)).scalars())
        late = connection.execute(select(VERSION.c.duration).where(VERSION.c.name == "late.mkv")).scalar_one()
    assert ran == {"plain.mp4": {"probe": 1}, "late.mkv": {name: 1 for name in ONCE if name != "hash"}}
    assert (states, late) == ({"done"}, pytest.approx(6.0, abs=0.05))
