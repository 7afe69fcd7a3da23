"""A checkpoint survives the way through the catalogue, and those of earlier versions are read."""

import json
import os

from dampipe.features.scanning.checkpoint import Checkpoint, Target, UnstableFile


def test_a_checkpoint_is_what_was_saved() -> None:
    odd = os.fsdecode(b"caf\xe9")
    checkpoint = Checkpoint(
        newest=7,
        targets=[Target(1, odd), Target(2, "day1", odd)],
        target=1,
        folder=odd,
        seen=3,
        unstable=[UnstableFile(1, odd, odd, 5, 2**62)],
        doubted=[2],
        growing=[odd],
        suspicious=True,
        omitted_warnings=9,
    )
    assert Checkpoint.from_json(checkpoint.to_json()) == checkpoint


def test_a_checkpoint_of_the_first_version_is_resumed() -> None:
    stored = {
        "places": [{"source": 1, "path": "", "file": ""}],
        "newest": 7,
        "place": 0,
        "folder": "day1",
        "seen": 3,
        "unsettled": [{"source": 1, "folder": "day1", "name": "a.mp4", "size": 5, "mtime_ns": 6}],
        "doubted": [],
        "moving": ["/x/b.mp4"],
        "suspicious": False,
    }
    checkpoint = Checkpoint.from_json(json.dumps(stored))
    assert (checkpoint.targets, checkpoint.target, checkpoint.folder) == ([Target(1, "")], 0, "day1")
    assert checkpoint.unstable == [UnstableFile(1, "day1", "a.mp4", 5, 6)]
    assert (checkpoint.growing, checkpoint.omitted_warnings) == (["/x/b.mp4"], 0)
